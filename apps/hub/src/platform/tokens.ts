/** Injection tokens of the ports of #kernel: interfaces have no run-time value of their own. */
export const CLOCK = Symbol('Clock');
export const MONOTONIC = Symbol('MonotonicClock');
export const TIMERS = Symbol('Timers');
export const RANDOM = Symbol('Random');
export const IDS = Symbol('Ids');
export const LOG = Symbol('Log');
export const TRACER = Symbol('Tracer');
export const FAILPOINTS = Symbol('Failpoints');
/** The validated settings, see `HubConfig`. */
export const HUB_CONFIG = Symbol('HubConfig');
