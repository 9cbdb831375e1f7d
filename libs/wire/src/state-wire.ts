import type { HealthState, SyncState } from '#domain';
import { HealthState as WireHealth, SyncState as WireSync } from './generated/capstan/agent/v1/report.js';
import { malformed, unknownMessage } from './wire-failure.js';

// Both directions are complete records: a new value of either side fails to compile here.
const SYNC_TO_WIRE: Readonly<Record<SyncState, WireSync>> = {
  PENDING: WireSync.SYNC_STATE_PENDING,
  APPLYING: WireSync.SYNC_STATE_APPLYING,
  SYNCED: WireSync.SYNC_STATE_SYNCED,
  DRIFTED: WireSync.SYNC_STATE_DRIFTED,
  KEPT_LAST_GOOD: WireSync.SYNC_STATE_KEPT_LAST_GOOD,
  AWAITING_APPROVAL: WireSync.SYNC_STATE_AWAITING_APPROVAL,
  FAILED: WireSync.SYNC_STATE_FAILED,
  REMOVING: WireSync.SYNC_STATE_REMOVING,
  REMOVED: WireSync.SYNC_STATE_REMOVED,
  ORPHANED: WireSync.SYNC_STATE_ORPHANED,
};
const SYNC_FROM_WIRE: Readonly<Record<WireSync, SyncState | 'UNSET' | 'UNKNOWN_VALUE'>> = {
  [WireSync.SYNC_STATE_UNSPECIFIED]: 'UNSET',
  [WireSync.SYNC_STATE_PENDING]: 'PENDING',
  [WireSync.SYNC_STATE_APPLYING]: 'APPLYING',
  [WireSync.SYNC_STATE_SYNCED]: 'SYNCED',
  [WireSync.SYNC_STATE_DRIFTED]: 'DRIFTED',
  [WireSync.SYNC_STATE_KEPT_LAST_GOOD]: 'KEPT_LAST_GOOD',
  [WireSync.SYNC_STATE_AWAITING_APPROVAL]: 'AWAITING_APPROVAL',
  [WireSync.SYNC_STATE_FAILED]: 'FAILED',
  [WireSync.SYNC_STATE_REMOVING]: 'REMOVING',
  [WireSync.SYNC_STATE_REMOVED]: 'REMOVED',
  [WireSync.SYNC_STATE_ORPHANED]: 'ORPHANED',
  [WireSync.UNRECOGNIZED]: 'UNKNOWN_VALUE',
};
const HEALTH_TO_WIRE: Readonly<Record<HealthState, WireHealth>> = {
  HEALTHY: WireHealth.HEALTH_STATE_HEALTHY,
  PROGRESSING: WireHealth.HEALTH_STATE_PROGRESSING,
  DEGRADED: WireHealth.HEALTH_STATE_DEGRADED,
  SUSPENDED: WireHealth.HEALTH_STATE_SUSPENDED,
  MISSING: WireHealth.HEALTH_STATE_MISSING,
  UNKNOWN: WireHealth.HEALTH_STATE_UNKNOWN,
};
const HEALTH_FROM_WIRE: Readonly<Record<WireHealth, HealthState | 'UNSET' | 'UNKNOWN_VALUE'>> = {
  [WireHealth.HEALTH_STATE_UNSPECIFIED]: 'UNSET',
  [WireHealth.HEALTH_STATE_HEALTHY]: 'HEALTHY',
  [WireHealth.HEALTH_STATE_PROGRESSING]: 'PROGRESSING',
  [WireHealth.HEALTH_STATE_DEGRADED]: 'DEGRADED',
  [WireHealth.HEALTH_STATE_SUSPENDED]: 'SUSPENDED',
  [WireHealth.HEALTH_STATE_MISSING]: 'MISSING',
  [WireHealth.HEALTH_STATE_UNKNOWN]: 'UNKNOWN',
  [WireHealth.UNRECOGNIZED]: 'UNKNOWN_VALUE',
};

export const encodeSyncState = (state: SyncState): WireSync => SYNC_TO_WIRE[state];
export const encodeHealthState = (state: HealthState): WireHealth => HEALTH_TO_WIRE[state];

export const readSyncState = (value: WireSync, field: string): SyncState => readEnum(SYNC_FROM_WIRE[value], value, field);
export const readHealthState = (value: WireHealth, field: string): HealthState => readEnum(HEALTH_FROM_WIRE[value], value, field);

/** A value outside the table (a newer peer sends any number) is an unknown message; an unset one is malformed. */
export function readEnum<T extends string>(known: T | 'UNSET' | 'UNKNOWN_VALUE' | undefined, value: number, field: string): T {
  if (known === 'UNSET') return malformed(field);
  if (known === undefined || known === 'UNKNOWN_VALUE') return unknownMessage(`${field}=${value}`);
  return known;
}
