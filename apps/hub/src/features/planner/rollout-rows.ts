import {
  clusterId, isReasonCode, releaseId, rolloutId, targetId, type ApplicationId, type ClusterId, type HealthState, type ObservedTarget, type ReasonCode, type RefusedVersion, type ReleaseId, type RolloutId,
  type RolloutState, type RolloutTargetRow, type RolloutTargetState, type StageRow, type StageState, type SyncState, type TargetId,
} from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';

/** A rollout as `planRollout` wants it, and where each of its targets is. */
export interface LoadedRollout {
  readonly state: RolloutState;
  readonly clusterOf: ReadonlyMap<TargetId, ClusterId>;
}

interface StageRecord {
  readonly name: string;
  readonly ordinal: number;
  readonly state: StageState;
  readonly max_concurrency: number | null;
  readonly failure_budget: number | null;
}
interface TargetRecord {
  readonly target_id: string;
  readonly stage: string;
  readonly state: RolloutTargetState;
  readonly generation: string | null;
  readonly epoch: string | null;
  readonly reason: string | null;
  readonly target_state: string;
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
}

export async function runningRollouts(tx: TransactionContext, application: ApplicationId): Promise<readonly { readonly id: RolloutId; readonly release: ReleaseId }[]> {
  const rows = await tx.query<{ id: string; release_id: string }>(`SELECT id, release_id FROM rollouts WHERE application_id = $1 AND state = 'RUNNING' ORDER BY number`, [application]);
  return rows.map((row) => ({ id: rolloutId(row.id), release: releaseId(row.release_id) }));
}

/** Targets that are HEALTHY or SKIPPED are left out: they move no rollout any more, and they are nearly all of a large one. */
export async function loadRollout(tx: TransactionContext, rollout: { readonly id: RolloutId; readonly release: ReleaseId }): Promise<LoadedRollout> {
  const stages = await tx.query<StageRecord>('SELECT name, ordinal, state, max_concurrency, failure_budget FROM rollout_stages WHERE rollout_id = $1 ORDER BY ordinal', [rollout.id]);
  const targets = await tx.query<TargetRecord>(
    `SELECT r.target_id, r.stage, r.state, r.generation, r.epoch, r.reason, t.state AS target_state, t.cluster_id, s.epoch AS observed_epoch, s.generation AS observed_generation,
       s.release_id AS observed_release, s.sync, s.reason AS observed_reason, s.health, s.reported_at, s.refused_epoch, s.refused_generation, s.refused_reason
     FROM rollout_targets r JOIN targets t ON t.id = r.target_id JOIN target_status s ON s.target_id = r.target_id
     WHERE r.rollout_id = $1 AND r.state NOT IN ('HEALTHY', 'SKIPPED') ORDER BY r.stage, r.order_key`,
    [rollout.id],
  );
  return {
    state: { id: rollout.id, release: rollout.release, phase: 'RUNNING', stages: stages.map(toStage), targets: targets.map(toTarget) },
    clusterOf: new Map(targets.map((row) => [targetId(row.target_id), clusterId(row.cluster_id)])),
  };
}

function toStage(row: StageRecord): StageRow {
  return { name: row.name, position: row.ordinal, state: row.state, maxConcurrency: row.max_concurrency ?? 'UNLIMITED', failureBudget: row.failure_budget ?? 'UNLIMITED' };
}

function toTarget(row: TargetRecord): RolloutTargetRow {
  const assignedAs = row.generation === null || row.epoch === null ? undefined : { epoch: BigInt(row.epoch), generation: BigInt(row.generation) };
  return {
    id: targetId(row.target_id), stage: row.stage, state: row.state, isActive: row.target_state === 'ACTIVE', assignedAs,
    // Failed without an order: it could not be made.
    blockedBy: row.state === 'FAILED' && assignedAs === undefined ? reasonIn(row.reason) : undefined,
    observed: observedIn(row),
    refused: refusedIn(row),
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

/** A reason of a newer hub that this one does not know is still a reason. */
function reasonIn(text: string | null): ReasonCode {
  return text !== null && isReasonCode(text) ? text : 'INTERNAL_ERROR';
}
