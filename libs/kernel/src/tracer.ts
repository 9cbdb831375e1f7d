import type { Clock } from './time.js';
import type { TraceContext } from './trace-context.js';

/** A piece of work that is over. No attribute holds a secret. */
export interface Span {
  readonly name: string;
  readonly at: TraceContext;
  /** Of the same trace; undefined: it is the first. */
  readonly parentId: string | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  /** Why it did not end well; undefined: it did. */
  readonly failure?: string;
}

/** Where spans go. It never throws and never makes anybody wait: what cannot be kept is lost, and the work goes on. */
export interface Tracer {
  /** The time by the clock of this process. */
  now(): Date;
  record(span: Span): void;
}

/** Where nobody wants to hear of spans. */
export function noTracer(clock: Clock): Tracer {
  return { now: () => clock.now(), record: () => undefined };
}
