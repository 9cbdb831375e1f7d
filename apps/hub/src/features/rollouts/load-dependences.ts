import {
  clusterId, judgeDependence, judgeReport, releaseId, subjectsOf, unaskedOf, type CheckSubject, type ClusterId, type DependenceApplication, type DependenceCluster, type DependenceFacts, type GateRow, type HealthState,
  type ReasonCode, type ReleaseId, type RolloutGateSpec, type RolloutId, type RolloutState, type StageRow, type SyncState, type TargetId,
} from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import { IS_CONNECTED, selectorToSql } from '../clusters/index.js';

/** A rollout without the checks of its gates that wait for other applications, and where its targets are. */
export interface RolloutWithClusters {
  readonly state: RolloutState;
  readonly clusterOf: ReadonlyMap<TargetId, ClusterId>;
}

interface ApplicationRecord {
  readonly id: string;
  readonly state: 'ACTIVE' | 'DELETING';
  readonly newest: number | null;
  readonly troubled: DependenceApplication['troubled'] | null;
}
interface ClusterRecord {
  readonly id: string;
  readonly name: string;
  readonly is_online: boolean;
  readonly target_id: string | null;
  readonly generation: string;
  readonly order_epoch: string | null;
  readonly is_held: boolean;
  readonly assigned: number | null;
  readonly assigned_release_id: string | null;
  readonly observed_epoch: string;
  readonly observed_generation: string;
  readonly observed_release: string | null;
  readonly sync: SyncState;
  readonly reason: ReasonCode;
  readonly health: HealthState;
  readonly reported_at: Date | null;
}

/** By name, in the project of the rollout and in no other. */
const SELECT_APPLICATION = `
  SELECT a.id, a.state, greatest((SELECT r.number FROM releases r WHERE r.id = a.current_release_id), (SELECT max(r.number) FROM rollouts o JOIN releases r ON r.id = o.release_id
      WHERE o.application_id = a.id AND o.cause IN ('RELEASE', 'SYNC') AND (o.state IN ('RUNNING', 'PAUSED', 'HALTED') OR (o.state = 'PENDING' AND o.waits_for = 'ROLLOUT')))) AS newest,
    (SELECT jsonb_build_object('rollout', o.number, 'phase', o.state) FROM rollouts o
      WHERE o.application_id = a.id AND (o.state = 'ROLLING_BACK' OR (o.state = 'HALTED' AND o.cause IN ('RELEASE', 'SYNC'))) ORDER BY o.state DESC, o.number DESC LIMIT 1) AS troubled
  FROM applications a WHERE a.project_id = (SELECT project_id FROM rollouts WHERE id = $1) AND a.name = $2 AND a.state <> 'DELETED'`;

const selectClusters = (condition: string, join: 'JOIN' | 'LEFT JOIN'): string => `
  SELECT c.id, c.name, c.is_online, t.id AS target_id, t.generation, t.order_epoch, t.hold_at IS NOT NULL AS is_held, r.number AS assigned, t.assigned_release_id,
    s.epoch AS observed_epoch, s.generation AS observed_generation, s.release_id AS observed_release, s.sync, s.reason, s.health, s.reported_at
  FROM (SELECT id, name, ${IS_CONNECTED} AS is_online FROM clusters WHERE ${condition}) c
  ${join} (targets t JOIN target_status s ON s.target_id = t.id LEFT JOIN releases r ON r.id = t.assigned_release_id) ON t.cluster_id = c.id AND t.application_id = $1 AND t.state = 'ACTIVE'
  ORDER BY c.name`;

/**
 * The same rollout, with what other applications have come to at the gates that it stands before now or next. Asked again at every look, in the
 * transaction of that look: nothing of it is stored, and nothing of it can be out of date.
 */
export async function withDependences(tx: TransactionContext, { state, clusterOf }: RolloutWithClusters): Promise<RolloutState> {
  if (state.phase !== 'RUNNING' && state.phase !== 'PAUSED') return state;
  const ahead = gatesAhead(state);
  if (ahead.length === 0) return state;
  const checked = new Map<GateRow, GateRow>();
  for (const { stage, gate, spec } of ahead) {
    const subjects = subjectsOf(state, stage, gate);
    if (subjects.length === 0) continue;
    const facts = await factsFor(tx, state.id, spec, clustersOf(subjects, clusterOf));
    checked.set(gate, { ...gate, checks: judgeDependence(spec, subjects, facts, (subject) => (subject === 'HUB' ? undefined : clusterOf.get(subject))) });
  }
  return { ...state, stages: state.stages.map((stage) => ({ ...stage, gates: stage.gates.map((gate) => checked.get(gate) ?? gate) })) };
}

interface GateAhead {
  readonly stage: StageRow;
  readonly gate: GateRow;
  readonly spec: RolloutGateSpec;
}

/** What is behind the open stage, and before the one that comes next: both may be passed in one look. And what is asked only now before one that has begun. */
function gatesAhead({ stages }: RolloutState): readonly GateAhead[] {
  const next = stages.filter((stage) => stage.state === 'PENDING').toSorted((a, b) => a.position - b.position)[0];
  const isAhead = (stage: StageRow, { side }: GateRow): boolean => (side === 'AFTER' ? stage.state === 'OPEN' : stage === next);
  return stages.flatMap((stage) =>
    [...stage.gates.filter((gate) => isAhead(stage, gate)), ...unaskedOf(stage)].flatMap((gate) => (gate.spec.kind === 'ROLLOUT' && gate.state !== 'FAILED' && gate.state !== 'WAIVED' ? [{ stage, gate, spec: gate.spec }] : [])),
  );
}

function clustersOf(subjects: readonly CheckSubject[], clusterOf: ReadonlyMap<TargetId, ClusterId>): readonly ClusterId[] {
  return subjects.flatMap((subject) => (subject === 'HUB' ? [] : (clusterOf.get(subject) ?? [])));
}

async function factsFor(tx: TransactionContext, rollout: RolloutId, spec: RolloutGateSpec, clusters: readonly ClusterId[]): Promise<DependenceFacts> {
  const [found] = await tx.query<ApplicationRecord>(SELECT_APPLICATION, [rollout, spec.application]);
  if (found === undefined) return { application: undefined, clusters: [] };
  const parameters: unknown[] = [found.id];
  const condition = spec.clusters === undefined ? `id = ANY($${parameters.push(clusters)}::uuid[])` : selectorToSql(spec.clusters, parameters);
  const rows = await tx.query<ClusterRecord>(selectClusters(condition, spec.clusters === undefined ? 'LEFT JOIN' : 'JOIN'), parameters);
  return { application: { isLeaving: found.state !== 'ACTIVE', newest: found.newest ?? undefined, troubled: found.troubled ?? undefined }, clusters: rows.map(toCluster) };
}

function toCluster(row: ClusterRecord): DependenceCluster {
  const { id, name, is_online: isOnline, target_id: target } = row;
  return { id: clusterId(id), name, isAway: !isOnline, target: target === null ? undefined : { assigned: row.assigned ?? undefined, isHeld: row.is_held, answer: answerOf(row) } };
}

/** What the agent says of the order that stands now: what it said of an older one says nothing of this release. */
function answerOf(row: ClusterRecord): 'HEALTHY' | 'FAILED' | 'SILENT' | 'BUSY' | 'RESTLESS' {
  const release = releaseIn(row.assigned_release_id);
  if (release === undefined || row.order_epoch === null) return 'SILENT';
  const observed = row.reported_at === null ? undefined : {
    epoch: BigInt(row.observed_epoch), generation: BigInt(row.observed_generation), release: releaseIn(row.observed_release), sync: row.sync, reason: row.reason, health: row.health,
  };
  return judgeReport({ assignedAs: { epoch: BigInt(row.order_epoch), generation: BigInt(row.generation) }, observed, refused: undefined }, release).answer;
}

function releaseIn(id: string | null): ReleaseId | undefined {
  return id === null ? undefined : releaseId(id);
}
