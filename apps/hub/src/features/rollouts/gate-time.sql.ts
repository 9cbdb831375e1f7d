/** How long nobody has planned, altogether: noted with a gate when its time begins. */
export const IDLE_SO_FAR = `(SELECT idle_ms FROM leases WHERE name = 'planner')`;

/**
 * How many milliseconds nobody has planned since a row `g` of `rollout_gates` stands as it does: its deadline is later by that. Of one that an earlier version wrote
 * all is taken for missed that was before the planner of now.
 */
export const GATE_MISSED_MS = `coalesce((SELECT greatest(0, coalesce(l.idle_ms - g.idle_ms, (extract(epoch FROM l.since - g.since) * 1000)::bigint)) FROM leases l WHERE l.name = 'planner'), 0)::float8`;
