import type { RolloutCause, RolloutPhase } from '#domain';
import type { Metrics } from '../../platform/http/index.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a planner counts of the rollouts that it moves. */
export interface RolloutMeter {
  stageClosed(seconds: number): void;
  halted(then: 'HALTED' | 'ROLLING_BACK'): void;
  ended(cause: RolloutCause, state: RolloutPhase): void;
  /** A release is healthy on every cluster that takes part, so long after its commit. */
  delivered(seconds: number): void;
}

/** The same as metrics. They name neither projects nor applications: whoever may scrape need not be allowed to know them, and their number has no bound. */
export function rolloutMeter(metrics: Metrics): RolloutMeter {
  const stages = metrics.histogram('rollout_stage_duration_seconds', 'Time from the opening of a stage to its end.', [], [5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 3 * DAY]);
  const halts = metrics.counter('rollout_halts_total', 'Rollouts that were stopped by a failure budget or a gate, by what followed: HALTED or ROLLING_BACK.', ['then']);
  const ends = metrics.counter('rollout_ends_total', 'Rollouts that came to their end by themselves, by cause and state; cause ROLLBACK are those by hand.', ['cause', 'state']);
  const lead = metrics.histogram('release_lead_time_seconds', 'Time from a commit until its release was healthy on every cluster of its rollout.', [], [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY]);
  return {
    stageClosed: (seconds) => stages.observe(seconds),
    halted: (then) => halts.inc({ then }),
    ended: (cause, state) => ends.inc({ cause, state }),
    delivered: (seconds) => lead.observe(seconds),
  };
}
