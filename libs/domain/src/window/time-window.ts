/** A time that comes again: it opens whenever the schedule says so in the zone, and lasts for the duration. */
export interface ScheduledWindow {
  readonly kind: 'ALLOW' | 'DENY';
  /** Five fields of cron: minute, hour, day of month, month, day of week (docs/adr/0022-time-windows.md). */
  readonly schedule: string;
  /** Elapsed time from the opening, `30m`, `8h`, `1d12h`: eight hours are eight hours on the day on which clocks change, too. */
  readonly duration: string;
  /** An IANA zone, `Europe/Berlin` or `UTC`. */
  readonly timeZone: string;
}

/** A time that comes once. `to` is the first instant that is free again. */
export interface FreezePeriod {
  readonly kind: 'DENY';
  /** ISO instants in UTC. */
  readonly from: string;
  readonly to: string;
}

/** When something may or may not happen, as it is stored. Only what passed `validateWindows` is one. */
export type TimeWindow = ScheduledWindow | FreezePeriod;

export function isFreeze(window: TimeWindow): window is FreezePeriod {
  return 'from' in window;
}
