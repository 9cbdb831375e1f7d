import type { MonotonicClock } from '#kernel';
import type { Metrics } from '../../platform/http/index.js';
import type { LookUpMeter } from './poll-repository.js';

/** Look-ups by how they ended, and how long they took. */
export class LookUpMetrics implements LookUpMeter {
  readonly #count;
  readonly #seconds;

  constructor(
    metrics: Metrics,
    private readonly monotonic: MonotonicClock,
  ) {
    this.#count = metrics.counter('git_look_ups_total', 'Questions to Git servers where refs are, by outcome: OK or the code of the failure.', ['outcome']);
    this.#seconds = metrics.histogram('git_look_up_duration_seconds', 'Time to find out where the refs of a repository are.', [], [0.05, 0.2, 0.5, 1, 2, 5, 15, 30]);
  }

  async measure<T>(work: () => Promise<T>, outcomeOf: (value: T) => string): Promise<T> {
    const start = this.monotonic.nowMs();
    let outcome = 'INTERNAL_ERROR';
    try {
      const value = await work();
      outcome = outcomeOf(value);
      return value;
    } finally {
      this.#count.inc({ outcome });
      this.#seconds.observe((this.monotonic.nowMs() - start) / 1_000);
    }
  }
}
