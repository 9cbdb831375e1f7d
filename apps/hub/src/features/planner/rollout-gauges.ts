import type { Log, MonotonicClock } from '#kernel';
import { GATE_KINDS, ROLLOUT_TARGET_STATES, UNFINISHED_ROLLOUT_STATES } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { Metrics } from '../../platform/http/index.js';

export interface RolloutGaugePorts {
  readonly tx: Pick<TransactionContext, 'run' | 'query'>;
  readonly metrics: Metrics;
  readonly monotonic: MonotonicClock;
  readonly log: Log;
}

/** However many scrape, the database is asked no more often. */
const FRESH_MS = 10_000;

const NOT_OVER = `o.state IN ('${UNFINISHED_ROLLOUT_STATES.join("', '")}')`;
const QUESTIONS = {
  rollouts: { sql: `SELECT o.state AS name, count(*)::int AS n FROM rollouts o WHERE ${NOT_OVER} GROUP BY 1`, known: UNFINISHED_ROLLOUT_STATES },
  targets: { sql: `SELECT r.state AS name, count(*)::int AS n FROM rollouts o JOIN rollout_targets r ON r.rollout_id = o.id WHERE ${NOT_OVER} GROUP BY 1`, known: ROLLOUT_TARGET_STATES },
  gates: { sql: `SELECT g.spec ->> 'kind' AS name, count(*)::int AS n FROM rollouts o JOIN rollout_gates g ON g.rollout_id = o.id WHERE ${NOT_OVER} AND g.state = 'WAITING' GROUP BY 1`, known: GATE_KINDS },
} as const;

/**
 * Where rollouts stand, for /metrics: read from the database when somebody scrapes, so that every replica says the same. While the database cannot be asked
 * there is no value: nothing is not none.
 */
export function rolloutGauges({ tx, metrics, monotonic, log }: RolloutGaugePorts): void {
  const countsOf = ({ sql, known }: (typeof QUESTIONS)[keyof typeof QUESTIONS]): (() => Promise<ReadonlyMap<string, number>>) => {
    const read = async (): Promise<ReadonlyMap<string, number>> => {
      const rows = await tx.run(systemScope('metrics'), () => tx.query<{ name: string; n: number }>(sql));
      const found = new Map(rows.map((row) => [row.name, row.n]));
      return new Map(known.map((name) => [name, found.get(name) ?? 0]));
    };
    const failed = (error: unknown): ReadonlyMap<string, number> => {
      log.warn('the metrics of rollouts cannot be read for now', { error });
      return new Map();
    };
    let last: { readonly atMs: number; readonly counts: Promise<ReadonlyMap<string, number>> } | undefined;
    return () => {
      const nowMs = monotonic.nowMs();
      if (last === undefined || nowMs - last.atMs >= FRESH_MS) last = { atMs: nowMs, counts: read().catch(failed) };
      return last.counts;
    };
  };
  metrics.gauges('rollouts', 'Rollouts that are not over, by state.', 'state', countsOf(QUESTIONS.rollouts));
  metrics.gauges('rollout_targets', 'Targets of rollouts that are not over, by state.', 'state', countsOf(QUESTIONS.targets));
  metrics.gauges('rollout_gates_waiting', 'Gates that hold a rollout up, by kind.', 'kind', countsOf(QUESTIONS.gates));
}
