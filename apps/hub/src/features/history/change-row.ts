import {
  isReasonCode, releaseId, rolloutId, ROLLOUT_TARGET_STATES, TARGET_CHANGE_KINDS, type HealthState, type RemovalMode, type SyncState, type TargetChange,
} from '#domain';

/** What `CHANGE_COLUMNS` selects. */
export interface ChangeRow {
  readonly id: string;
  readonly at: Date;
  readonly project_id: string;
  readonly target_id: string;
  readonly kind: string;
  readonly release_id: string | null;
  readonly generation: string;
  readonly epoch: string | null;
  readonly sync: SyncState | null;
  readonly health: HealthState | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly rollout_id: string | null;
  readonly cause: string | null;
  readonly actor: string | null;
}

/** undefined for a kind that only a newer build knows: it tells this one nothing. */
export function toTargetChange(row: ChangeRow): TargetChange | undefined {
  const kind = TARGET_CHANGE_KINDS.find((known) => known === row.kind);
  if (kind === undefined) return undefined;
  return {
    at: row.at, kind, generation: BigInt(row.generation), epoch: row.epoch === null ? undefined : BigInt(row.epoch), release: row.release_id === null ? undefined : releaseId(row.release_id),
    sync: row.sync ?? undefined, health: row.health ?? undefined, reason: row.reason === null ? undefined : isReasonCode(row.reason) ? row.reason : 'INTERNAL_ERROR',
    rollout: row.rollout_id === null ? undefined : rolloutId(row.rollout_id), cause: row.cause ?? undefined, actor: row.actor ?? undefined,
    // Two kinds keep a word in the column of the message.
    place: kind === 'ROLLOUT' ? ROLLOUT_TARGET_STATES.find((known) => known === row.message) : undefined, mode: kind === 'TOMBSTONED' ? modeIn(row.message) : undefined,
    message: kind === 'ROLLOUT' || kind === 'TOMBSTONED' ? undefined : (row.message ?? undefined),
  };
}

function modeIn(text: string | null): RemovalMode {
  return text === 'DELETE' ? 'DELETE' : 'ORPHAN';
}
