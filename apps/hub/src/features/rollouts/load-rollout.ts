import {
  clusterId, DEFAULT_DEADLINE_SECONDS, isReasonCode, LONGEST_UNSEEN_MS, movesAll, releaseId, rolloutId, targetId, type ApplicationId, type ClusterId, type FailurePolicy, type GateRow, type GateSpec, type GateState, type HealthState, type Labels, type MaintenanceWindow, type ObservedTarget,
  type ReasonCode, type RefusedVersion, type ReleaseId, type RolloutCause, type RolloutId, type RolloutPhase, type RolloutState, type RolloutTargetRow, type RolloutTargetState, type StageRow, type StageState, type SyncState, type TargetId,
} from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import { IS_CONNECTED } from '../clusters/index.js';
import { countApprovals } from './count-approvals.js';
import { GATE_MISSED_MS } from './gate-time.sql.js';
import { withDependences } from './load-dependences.js';

/** A rollout as `planRollout` wants it, and what its writer needs besides. */
export interface LoadedRollout {
  readonly state: RolloutState;
  readonly clusterOf: ReadonlyMap<TargetId, ClusterId>;
  /** What the application gets back when this rollout is taken back. */
  readonly previousRelease: ReleaseId | undefined;
}

/** A rollout that the planner has to look at. */
export interface RolloutHead {
  readonly id: RolloutId;
  readonly release: ReleaseId;
  readonly phase: RolloutPhase;
  readonly onFailure: FailurePolicy;
  readonly offlineWaitMs: number | undefined;
  /** Since when one planner or another has planned without a break; before that nobody may have listened to agents. */
  readonly hearsSince: Date | undefined;
  readonly previousRelease: ReleaseId | undefined;
  /** Maintenance windows that hold its orders back; undefined: none do. */
  readonly maintenance: readonly MaintenanceWindow[] | undefined;
  /** How long a target may move where its stage says nothing; undefined: it is waited for. */
  readonly deadlineMs: number | undefined;
  /** Whether approvals of those who wrote what it brings do not count. */
  readonly isNotByAuthor: boolean;
  /** When the planner looks at it again, whatever happens. */
  readonly lookAgainAt: Date;
}

interface HeadRecord {
  readonly id: string;
  readonly release_id: string;
  readonly state: RolloutPhase;
  readonly on_failure: FailurePolicy;
  readonly offline_wait_ms: string | null;
  readonly previous_release_id: string | null;
  readonly hears_since: Date | null;
  readonly cause: RolloutCause;
  readonly look_again_at: Date;
  readonly maintenance: readonly MaintenanceWindow[] | null;
  readonly is_not_by_author: boolean | null;
}
interface StageRecord {
  readonly rollout_id: string;
  readonly name: string;
  readonly ordinal: number;
  readonly state: StageState;
  readonly max_concurrency: number | null;
  readonly failure_budget: number | null;
  readonly deadline_ms: string | null;
  readonly soak_ms: string;
  readonly settled_at: Date | null;
  readonly is_promoted: boolean;
}
interface GateRecord {
  readonly rollout_id: string;
  readonly stage: string;
  readonly side: GateRow['side'];
  readonly spec: GateSpec;
  readonly state: GateState;
  readonly approvals: number;
  readonly since: Date | null;
  readonly missed_ms: number;
  readonly checks: readonly { readonly subject: string; readonly verdict: 'PASSED' | 'FAILED' | null; readonly message: string }[];
}
interface TargetRecord {
  readonly rollout_id: string;
  readonly target_id: string;
  readonly stage: string;
  readonly state: RolloutTargetState;
  readonly generation: string | null;
  readonly epoch: string | null;
  readonly reason: string | null;
  readonly started_at: Date | null;
  readonly from_release_id: string | null;
  readonly to_release_id: string | null;
  readonly target_state: string;
  readonly is_held: boolean;
  readonly is_overtaken: boolean;
  readonly is_named: boolean;
  readonly is_online: boolean;
  readonly last_seen_at: Date | null;
  readonly cluster_id: string;
  readonly observed_epoch: string;
  readonly observed_generation: string;
  readonly observed_release: string | null;
  readonly sync: SyncState;
  readonly observed_reason: string;
  readonly health: HealthState;
  readonly reported_at: Date | null;
  readonly refused_epoch: string | null;
  readonly refused_generation: string | null;
  readonly refused_reason: string | null;
  readonly labels: Labels | null;
}

/** Rollouts that may have something to do: a halted one only while targets are still under way. */
export const HAS_WORK = `(state IN ('RUNNING', 'PAUSED', 'ROLLING_BACK')
  OR (state = 'HALTED' AND EXISTS (SELECT 1 FROM rollout_targets h WHERE h.rollout_id = rollouts.id AND h.state = 'MOVING')))`;

/** Rollouts that the planner looks at again of itself: those at work, and those that wait for the one before them. */
export const WAITS = `(${HAS_WORK} OR (state = 'PENDING' AND waits_for = 'ROLLOUT'))`;

/** The planner's time to look has come. A moment further away than any that is written was written by a clock that has been put back since. */
export const IS_DUE = `(look_again_at <= now() OR look_again_at > now() + ${LONGEST_UNSEEN_MS} * interval '1 millisecond')`;

const SELECT_HEADS = `SELECT id, release_id, state, on_failure, offline_wait_ms, previous_release_id, cause, look_again_at, (SELECT since FROM leases WHERE name = 'planner') AS hears_since,
  (SELECT p.policy -> 'maintenanceWindows' FROM projects p WHERE p.id = rollouts.project_id) AS maintenance,
  (SELECT (p.policy -> 'approvals' ->> 'notByAuthor')::boolean FROM projects p WHERE p.id = rollouts.project_id) AS is_not_by_author FROM rollouts`;

export async function rolloutsAtWork(tx: TransactionContext, application: ApplicationId): Promise<readonly RolloutHead[]> {
  return (await tx.query<HeadRecord>(`${SELECT_HEADS} WHERE application_id = $1 AND ${HAS_WORK} ORDER BY number`, [application])).map(toHead);
}

export async function rolloutHeads(tx: TransactionContext, ids: readonly string[]): Promise<readonly RolloutHead[]> {
  return (await tx.query<HeadRecord>(`${SELECT_HEADS} WHERE id = ANY($1::uuid[])`, [ids])).map(toHead);
}

function toHead(row: HeadRecord): RolloutHead {
  return {
    id: rolloutId(row.id), release: releaseId(row.release_id), phase: row.state, onFailure: row.on_failure, offlineWaitMs: numberIn(row.offline_wait_ms), hearsSince: row.hears_since ?? undefined,
    previousRelease: row.previous_release_id === null ? undefined : releaseId(row.previous_release_id),
    // Whoever goes back goes at once: what runs there is known to be bad.
    maintenance: row.cause === 'ROLLBACK' || row.state === 'ROLLING_BACK' || row.maintenance === null || row.maintenance.length === 0 ? undefined : row.maintenance,
    isNotByAuthor: row.is_not_by_author ?? false, lookAgainAt: row.look_again_at,
    // Those of an earlier version, which gave late comers and other orders no time.
    deadlineMs: movesAll(row.cause) ? undefined : DEFAULT_DEADLINE_SECONDS * 1_000,
  };
}

/** One of them. @throws when the head is not of a rollout that is there */
export async function loadRollout(tx: TransactionContext, rollout: RolloutHead): Promise<LoadedRollout> {
  const [loaded] = await loadRollouts(tx, [rollout]);
  if (loaded === undefined) throw new Error(`rollout ${rollout.id} was not loaded`);
  return loaded;
}

/**
 * In the order of their heads, with three statements for all of them. Of a rollout all at once, targets that are HEALTHY or SKIPPED are left out: they move it no more,
 * and they are nearly all of a large one. In stages they count: a stage is judged by all of its targets.
 */
export async function loadRollouts(tx: TransactionContext, rollouts: readonly RolloutHead[]): Promise<readonly LoadedRollout[]> {
  const ids = rollouts.map(({ id }) => id);
  const stages = Map.groupBy(await tx.query<StageRecord>(SELECT_STAGES, [ids]), (row) => row.rollout_id);
  const gates = Map.groupBy(await tx.query<GateRecord>(SELECT_GATES, [ids]), (row) => row.rollout_id);
  const inStages = rollouts.filter(({ offlineWaitMs, phase }) => offlineWaitMs !== undefined || phase === 'ROLLING_BACK').map(({ id }) => id);
  const inMaintenance = rollouts.filter(({ maintenance }) => maintenance !== undefined).map(({ id }) => id);
  const targets = Map.groupBy(await tx.query<TargetRecord>(SELECT_TARGETS, [ids, inStages, inMaintenance]), (row) => row.rollout_id);
  const loaded: LoadedRollout[] = [];
  for (const rollout of rollouts) loaded.push(await assemble(tx, rollout, stages.get(rollout.id) ?? [], gates.get(rollout.id) ?? [], targets.get(rollout.id) ?? []));
  return loaded;
}

const SELECT_STAGES = `
  SELECT rollout_id, name, ordinal, state, max_concurrency, failure_budget, deadline_ms, soak_ms, settled_at, promoted_at IS NOT NULL AS is_promoted
  FROM rollout_stages WHERE rollout_id = ANY($1::uuid[]) ORDER BY ordinal`;
const SELECT_GATES = `
  SELECT g.rollout_id, g.stage, g.side, g.spec, g.state, (SELECT count(*)::int FROM rollout_approvals a WHERE a.rollout_id = g.rollout_id AND a.stage = g.stage AND a.gate = g.name) AS approvals, g.since, ${GATE_MISSED_MS} AS missed_ms,
    coalesce((SELECT jsonb_agg(jsonb_build_object('subject', k.subject, 'verdict', k.verdict, 'message', k.message)) FROM rollout_gate_checks k
      WHERE k.rollout_id = g.rollout_id AND k.stage = g.stage AND k.gate = g.name), '[]') AS checks
  FROM rollout_gates g WHERE g.rollout_id = ANY($1::uuid[]) ORDER BY g.stage, g.side, g.ordinal`;
const SELECT_TARGETS = `
  SELECT r.rollout_id, r.target_id, r.stage, r.state, r.generation, r.epoch, r.reason, r.started_at, r.from_release_id, r.to_release_id, r.is_named, t.state AS target_state, t.cluster_id,
    t.hold_at IS NOT NULL AND o.cause <> 'ROLLBACK' AND coalesce(r.to_release_id, o.release_id) IS DISTINCT FROM t.assigned_release_id AS is_held,
    o.cause = 'ROLLBACK' AND coalesce(r.to_release_id, o.release_id) IS DISTINCT FROM t.assigned_release_id AND (t.hold_at IS NULL OR coalesce(r.generation < t.generation, false)) AS is_overtaken,
    ${IS_CONNECTED} AS is_online, c.last_seen_at, s.epoch AS observed_epoch, s.generation AS observed_generation,
    s.release_id AS observed_release, s.sync, s.reason AS observed_reason, s.health, s.reported_at, s.refused_epoch, s.refused_generation, s.refused_reason,
    -- Who is left out may wait for an order within the same look.
    CASE WHEN r.rollout_id = ANY($3::uuid[]) AND r.state IN ('PENDING', 'SKIPPED') THEN c.labels END AS labels
  FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id JOIN targets t ON t.id = r.target_id JOIN clusters c ON c.id = t.cluster_id JOIN target_status s ON s.target_id = r.target_id
  WHERE r.rollout_id = ANY($1::uuid[]) AND (r.rollout_id = ANY($2::uuid[]) OR r.state NOT IN ('HEALTHY', 'SKIPPED')) ORDER BY r.stage, r.order_key`;

async function assemble(tx: TransactionContext, rollout: RolloutHead, stages: readonly StageRecord[], gates: readonly GateRecord[], targets: readonly TargetRecord[]): Promise<LoadedRollout> {
  const gatesOf = Map.groupBy(gates, (gate) => gate.stage);
  const staged = stages.map((row) => toStage(row, gatesOf.get(row.name) ?? [], rollout.deadlineMs));
  const state: RolloutState = {
    id: rollout.id, release: rollout.release, phase: rollout.phase, onFailure: rollout.onFailure, offlineWaitMs: rollout.offlineWaitMs, hearsSince: rollout.hearsSince, maintenance: rollout.maintenance,
    stages: rollout.isNotByAuthor ? await countApprovals(tx, rollout.id, staged) : staged, targets: targets.map((row) => toTarget(row, rollout.release)),
  };
  const clusterOf = new Map(targets.map((row) => [targetId(row.target_id), clusterId(row.cluster_id)]));
  return { state: await withDependences(tx, { state, clusterOf }), clusterOf, previousRelease: rollout.previousRelease };
}

function toGate({ side, spec, state, approvals, since, missed_ms: missedMs, checks }: GateRecord): GateRow {
  return {
    side, spec, state, approvals, since: since ?? undefined, missedMs,
    checks: checks.map(({ subject, verdict, message }) => ({ subject: subject === 'HUB' ? subject : targetId(subject), verdict: verdict ?? undefined, message })),
  };
}

function toStage(row: StageRecord, gates: readonly GateRecord[], deadlineMs: number | undefined): StageRow {
  return {
    name: row.name, position: row.ordinal, state: row.state, maxConcurrency: row.max_concurrency ?? 'UNLIMITED', failureBudget: row.failure_budget ?? 'UNLIMITED',
    deadlineMs: numberIn(row.deadline_ms) ?? deadlineMs, soakMs: Number(row.soak_ms), settledAt: row.settled_at ?? undefined, isPromoted: row.is_promoted,
    gates: gates.map(toGate),
  };
}

function toTarget(row: TargetRecord, release: ReleaseId): RolloutTargetRow {
  const assignedAs = row.generation === null || row.epoch === null ? undefined : { epoch: BigInt(row.epoch), generation: BigInt(row.generation) };
  const says = row.state === 'SKIPPED' || row.state === 'FAILED' || row.state === 'REVERT_FAILED';
  return {
    id: targetId(row.target_id), stage: row.reason === 'NO_STAGE' ? undefined : row.stage, state: row.state, reason: says ? reasonIn(row.reason) : undefined,
    isActive: row.target_state === 'ACTIVE', isHeld: row.is_held, isOvertaken: row.is_overtaken, isNamed: row.is_named, offlineSince: row.is_online ? undefined : (row.last_seen_at ?? 'NEVER'),
    release: row.to_release_id === null ? release : releaseId(row.to_release_id), fromRelease: row.from_release_id === null ? undefined : releaseId(row.from_release_id),
    assignedAs, startedAt: row.started_at ?? undefined,
    // Failed without an order: it could not be made.
    blockedBy: row.state === 'FAILED' && assignedAs === undefined ? reasonIn(row.reason) : undefined,
    observed: observedIn(row),
    refused: refusedIn(row),
    labels: row.labels ?? undefined,
  };
}

function observedIn(row: TargetRecord): ObservedTarget | undefined {
  if (row.reported_at === null) return undefined;
  return {
    epoch: BigInt(row.observed_epoch), generation: BigInt(row.observed_generation), release: row.observed_release === null ? undefined : releaseId(row.observed_release),
    sync: row.sync, reason: reasonIn(row.observed_reason), health: row.health,
  };
}

function refusedIn({ refused_epoch: epoch, refused_generation: generation, refused_reason: reason }: TargetRecord): RefusedVersion | undefined {
  return epoch === null || generation === null ? undefined : { epoch: BigInt(epoch), generation: BigInt(generation), reason: reasonIn(reason) };
}

function numberIn(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}

/** A reason of a newer hub that this one does not know is still a reason. */
function reasonIn(text: string | null): ReasonCode {
  return text !== null && isReasonCode(text) ? text : 'INTERNAL_ERROR';
}
