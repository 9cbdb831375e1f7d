import type { Case } from '../kill-rule.js';

const ORDERS: ReadonlySet<string> = new Set(['ASSIGNED', 'REISSUED', 'TOMBSTONED']);

/** Generations of a target rise, by the database and by the log of its agent: no agent ever takes an order older than the one that it has. */
export function ordersRise({ evidence, names }: Case): readonly string[] {
  const given = evidence.transitions.filter(({ kind }) => ORDERS.has(kind)).map((one) => ({ ...one, who: 'the hub gave' }));
  const taken = evidence.taken.map((one) => ({ ...one, who: `the agent of ${one.cluster} took` }));
  return [given, taken].flatMap((orders) => {
    const last = new Map<string, number>();
    return orders.flatMap(({ target, generation, who }) => {
      const before = last.get(target);
      last.set(target, generation);
      return before === undefined || generation > before ? [] : [`${names.target(target)}: ${who} generation ${generation} after ${before}`];
    });
  });
}
