/** Wall-clock time. In the hub, deadlines come from database time instead: this is for logs, certificates and messages. */
export interface Clock {
  now(): Date;
}

/** Time that only moves forward, in milliseconds from an arbitrary start. Deadlines and durations of one process use this. */
export interface MonotonicClock {
  nowMs(): number;
}

/** Waiting, injected so that a test or a simulation decides when time passes. */
export interface Timers {
  /** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once after `ms` unless cancelled. A timer never keeps the process alive. */
  after(ms: number, fn: () => void): { cancel(): void };
}
