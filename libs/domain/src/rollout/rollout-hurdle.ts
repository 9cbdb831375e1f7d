export const ROLLOUT_HURDLES = ['SYNC', 'ROLLOUT', 'PAUSED', 'HALTED', 'TARGETS', 'CLUSTERS_AWAY', 'HELD', 'SOAK', 'APPROVAL', 'WINDOW', 'MAINTENANCE', 'METRIC', 'JOB', 'VALIDATOR', 'DEPENDENCE', 'REVERTING'] as const;

/** One thing that a rollout waits for now, what ends the wait, and when, where that is known. */
export interface RolloutHurdle {
  readonly kind: (typeof ROLLOUT_HURDLES)[number];
  /** undefined: not of one stage. */
  readonly stage: string | undefined;
  readonly gate: string | undefined;
  /** A sentence for people: what, and the way on. */
  readonly message: string;
  /** When it ends by itself. */
  readonly until: Date | undefined;
}
