import { backoffMs, jitterMs, type Log, type Random, type Timers } from '#kernel';
import type { KubeClient } from '#kube';
import type { ClusterFacts as Facts } from '#wire';
import type { FactsSource } from '../session/session.ports.js';
import { readFacts } from './read-facts.js';

const REFRESH_MS = 600_000;
const RETRY = { baseMs: 2_000, maxMs: 120_000 };

/** The facts as they were read last. A failed reading changes nothing: the last good ones stand. */
export class ClusterFacts implements FactsSource {
  private last: Facts | undefined;

  constructor(
    private readonly client: KubeClient,
    private readonly deps: { readonly timers: Timers; readonly random: Random; readonly log: Log },
  ) {}

  current(): Facts | undefined {
    return this.last;
  }

  /** Reads now, and then about every ten minutes, until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { timers, random, log } = this.deps;
    for (let failures = 0; !signal.aborted; ) {
      const facts = await readFacts(this.client, signal);
      if (facts.ok) this.last = facts.value;
      else if (!signal.aborted) log.warn('the facts of the cluster could not be read; the last ones stand', { code: facts.error.code, message: facts.error.message });
      failures = facts.ok ? 0 : failures + 1;
      const pauseMs = facts.ok ? jitterMs(REFRESH_MS, 0.1, random) : backoffMs(RETRY, failures, random);
      await timers.sleep(pauseMs, signal).catch(() => undefined); // the loop looks at the signal
    }
  }
}
