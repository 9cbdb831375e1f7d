/** How far a target is from what is assigned. */
export const SYNC_STATES = ['PENDING', 'APPLYING', 'SYNCED', 'DRIFTED', 'KEPT_LAST_GOOD', 'AWAITING_APPROVAL', 'FAILED', 'REMOVING', 'REMOVED', 'ORPHANED'] as const;
export type SyncState = (typeof SYNC_STATES)[number];

/** Whether what runs works. The order is from best to worst, for aggregation. */
export const HEALTH_STATES = ['HEALTHY', 'SUSPENDED', 'PROGRESSING', 'MISSING', 'DEGRADED', 'UNKNOWN'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];
