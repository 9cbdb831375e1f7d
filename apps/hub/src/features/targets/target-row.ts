import type { JsonObject } from '#kernel';
import {
  applicationId, clusterId, describeTargetState, formatTargetName, isOrderRefused, isReasonCode, isTargetHealthy, isTargetSettled, isTargetSynced, projectId, releaseId, targetId,
  type DriftedObject, type HealthState, type ReasonCode, type RemovalMode, type RolloutPhase, type RolloutTargetState, type SyncState, type TargetReport, type TargetSituation, type TargetStateDescription,
} from '#domain';
import type { TargetRowState, TargetView } from './target-view.js';

/** A drifted object as JSON keeps it; rows of older agents and hubs have no values. */
type StoredDrift = Omit<DriftedObject, 'changes' | 'healedAt'> & { readonly changes?: DriftedObject['changes']; readonly healedAt?: string };

/** What `SELECT_TARGETS` selects. */
export interface TargetRow {
  readonly project_id: string;
  readonly id: string;
  readonly application_id: string;
  readonly cluster_id: string;
  readonly state: TargetRowState;
  readonly fact_mismatch: boolean;
  readonly hub_behind: boolean;
  readonly assigned_release_id: string | null;
  readonly parameters: JsonObject;
  readonly generation: string;
  readonly order_epoch: string | null;
  readonly blocked_reason: string | null;
  readonly blocked_message: string | null;
  readonly hold_at: Date | null;
  readonly hold_by: string | null;
  readonly hold_reason: string | null;
  readonly assigned_at: Date | null;
  readonly created_at: Date;
  readonly project: string;
  readonly application: string;
  readonly cluster: string;
  readonly removal_mode: RemovalMode | null;
  readonly removal_cause: string | null;
  readonly removal_generation: string | null;
  readonly removal_epoch: string | null;
  readonly removal_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly observed_epoch: string;
  readonly observed_generation: string;
  readonly release_id: string | null;
  readonly commit: string | null;
  readonly render_digest: string | null;
  readonly sync: SyncState;
  readonly reason: string;
  readonly message: string;
  readonly health: HealthState;
  readonly health_message: string;
  readonly object_count: number;
  readonly healed_count: number;
  readonly detail: Partial<Pick<TargetReport, 'unhealthy'>> & { readonly drifted?: readonly StoredDrift[]; readonly pendingRemoval?: TargetReport['pendingRemoval'] | null };
  readonly refused_epoch: string | null;
  readonly refused_generation: string | null;
  readonly refused_reason: string | null;
  readonly refused_message: string | null;
  readonly sync_since: Date;
  readonly observed_at: Date | null;
  readonly reported_at: Date | null;
  readonly rollout_phase: RolloutPhase | null;
  readonly rollout_state: RolloutTargetState | null;
}

/** The state that people see, from a row alone. */
export function toTargetView(row: TargetRow): TargetView {
  const situation = situationOf(row);
  const described = describeTargetState(situation);
  const words = explain(row, described, situation);
  return {
    project: projectId(row.project_id), id: targetId(row.id), application: applicationId(row.application_id), cluster: clusterId(row.cluster_id), state: row.state,
    name: formatTargetName({ project: row.project, application: row.application, cluster: row.cluster }),
    sync: described.sync, health: described.health, ...words,
    generation: BigInt((row.state === 'ACTIVE' ? undefined : row.removal_generation) ?? row.generation),
    isSettled: isTargetSettled(situation), isSynced: isTargetSynced(situation), isHealthy: isTargetHealthy(situation),
    assigned:
      row.assigned_release_id === null
        ? undefined
        : { release: releaseId(row.assigned_release_id), parameters: row.parameters, generation: BigInt(row.generation), at: row.assigned_at ?? row.created_at },
    removal:
      row.removal_mode === null || row.removal_cause === null || row.removal_at === null
        ? undefined
        : { mode: row.removal_mode, cause: row.removal_cause, requestedAt: row.removal_at, acknowledgedAt: row.acknowledged_at ?? undefined },
    hold: row.hold_at === null ? undefined : { at: row.hold_at, by: row.hold_by ?? '', reason: row.hold_reason ?? '' },
    observed: observedOf(row),
  };
}

export function situationOf(row: TargetRow): TargetSituation {
  const epoch = BigInt(row.order_epoch ?? 0);
  const blockedBy = row.blocked_reason === null ? undefined : reasonIn(row.blocked_reason);
  const isAssigned = row.assigned_release_id !== null;
  return {
    assigned: isAssigned ? { release: releaseId(row.assigned_release_id), epoch, generation: BigInt(row.generation) } : undefined,
    removal:
      row.removal_mode === null || row.removal_generation === null
        ? undefined
        : { epoch: BigInt(row.removal_epoch ?? epoch), generation: BigInt(row.removal_generation), mode: row.removal_mode, isAcknowledged: row.acknowledged_at !== null },
    observed:
      row.reported_at === null
        ? undefined
        : {
            epoch: BigInt(row.observed_epoch), generation: BigInt(row.observed_generation), release: row.release_id === null ? undefined : releaseId(row.release_id),
            sync: row.sync, reason: reasonIn(row.reason), health: row.health,
          },
    refused: refusedIn(row),
    // What blocks a target outlives the rollout that found it.
    rollout:
      blockedBy !== undefined
        ? { phase: row.rollout_phase ?? 'FAILED', targetState: 'FAILED', blockedBy }
        : row.rollout_phase === null || row.rollout_state === null
          ? undefined
          : { phase: row.rollout_phase, targetState: row.rollout_state, blockedBy: undefined },
    isFactMismatch: row.fact_mismatch,
    isHubBehind: row.hub_behind,
  };
}

/** Reason, message and time that belong to the state shown. */
function explain(row: TargetRow, { sync, reason }: TargetStateDescription, situation: TargetSituation): { readonly reason: ReasonCode; readonly message: string; readonly since: Date } {
  if (reason === 'HUB_BEHIND') return { reason, message: '', since: row.sync_since };
  const isBlocked = row.blocked_reason !== null && row.state === 'ACTIVE';
  if (isOrderRefused(situation) && !isBlocked && row.acknowledged_at === null) return { reason, message: row.refused_message ?? '', since: row.removal_at ?? row.assigned_at ?? row.created_at };
  if (row.removal_at !== null && (sync === 'REMOVING' || sync === 'REMOVED')) {
    // What the agent has said of the removal; before it is heard, the reason is the hub's own.
    const isHeard = row.acknowledged_at === null && row.reported_at !== null && row.sync === 'REMOVING' && row.reason === reason;
    return { reason, message: isHeard ? row.message : '', since: row.acknowledged_at ?? row.removal_at };
  }
  if (isBlocked) return { reason, message: row.blocked_message ?? '', since: row.assigned_at ?? row.created_at };
  if (sync === 'PENDING') return { reason, message: '', since: row.assigned_at ?? row.created_at };
  return { reason, message: row.message, since: row.sync_since };
}

function refusedIn({ refused_epoch: epoch, refused_generation: generation, refused_reason: reason }: TargetRow): TargetSituation['refused'] {
  return epoch === null || generation === null || reason === null ? undefined : { epoch: BigInt(epoch), generation: BigInt(generation), reason: reasonIn(reason) };
}

function observedOf(row: TargetRow): TargetView['observed'] {
  const { detail } = row;
  return {
    release: row.release_id === null ? undefined : releaseId(row.release_id), commit: row.commit ?? undefined, renderDigest: row.render_digest ?? undefined,
    sync: row.sync, health: row.health, healthMessage: row.health_message, objectCount: row.object_count, healedCount: row.healed_count,
    unhealthy: detail.unhealthy ?? [], drifted: (detail.drifted ?? []).map(toDrift), pendingRemoval: detail.pendingRemoval ?? undefined,
    observedAt: row.observed_at ?? undefined, reportedAt: row.reported_at ?? undefined,
  };
}

function toDrift({ changes, healedAt, ...drift }: StoredDrift): DriftedObject {
  return { ...drift, changes: changes ?? [], healedAt: healedAt === undefined ? undefined : new Date(healedAt) };
}

function reasonIn(text: string): ReasonCode {
  return isReasonCode(text) ? text : 'INTERNAL_ERROR';
}
