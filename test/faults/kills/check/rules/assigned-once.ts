import type { Assignment } from '../assignments.js';
import type { Case } from '../kill-rule.js';

/**
 * A rollout gives each target one order forth and at most one back. A second one has a reason that is written down: the target waited anew, since its hold was
 * lifted or its cluster came back, or a person has had it tried again. Its agent takes each order once, and writes its content once.
 */
export function assignedOnce({ evidence, names, assignments, astray }: Case): readonly string[] {
  const byMove = Map.groupBy(assignments, ({ rollout, transition, way }) => `${rollout.id} ${transition.target} ${way}`);
  const twice = [...byMove.values()].flatMap((orders) => orders.slice(1).flatMap((order, index) => {
    const before = orders[index];
    return before === undefined || waitedAnew(evidence, before, order) ? [] : [`${names.target(order.transition.target)} was assigned ${order.way} with generation ${before.transition.generation} and again with ${order.transition.generation} in ${names.rollout(order.rollout.id)}`];
  }));
  const unknown = astray.map(({ target, generation }) => `${names.target(target)} was assigned generation ${generation} for no rollout`);
  return [...twice, ...unknown, ...takenTwice(evidence, names), ...writtenTwice(evidence)];
}

function waitedAnew({ transitions, audit }: Case['evidence'], before: Assignment, after: Assignment): boolean {
  const isBetween = ({ at }: { readonly at: number }): boolean => at >= before.transition.at && at <= after.transition.at;
  return transitions.some((one) => one.target === after.transition.target && one.kind === 'ROLLOUT' && one.message === 'PENDING' && isBetween(one)) || audit.some((one) => one.action === 'rollout.retry' && one.object === after.rollout.id && isBetween(one));
}

function takenTwice({ taken }: Case['evidence'], names: Case['names']): readonly string[] {
  return [...Map.groupBy(taken, ({ cluster, target, generation }) => `${cluster} ${target} ${generation}`).values()].flatMap((orders) => {
    const [first] = orders;
    return first === undefined || orders.length === 1 ? [] : [`the agent of ${first.cluster} has taken generation ${first.generation} of ${names.target(first.target)} ${orders.length} times`];
  });
}

/** An agent that is not killed writes the object that every release has at most once for each order. */
function writtenTwice({ taken, targets, writes }: Case['evidence']): readonly string[] {
  const orders = Map.groupBy(taken, ({ target }) => target);
  return targets.flatMap(({ id, application, cluster }) => {
    const written = writes[`${cluster} ${application}/content`] ?? 0;
    const taken_ = orders.get(id)?.length ?? 0;
    return written <= taken_ ? [] : [`the agent of ${cluster} took ${taken_} orders for ${application} and wrote its content ${written} times`];
  });
}
