import type { Case } from '../kill-rule.js';

/** What is held gets no order but those that take it back. */
export function holdsAreKept({ evidence, names, assignments }: Case): readonly string[] {
  const byGeneration = new Map(assignments.map((assignment) => [`${assignment.transition.target} ${assignment.transition.generation}`, assignment]));
  const held = new Set<string>();
  return evidence.transitions.flatMap(({ kind, target, generation }) => {
    if (kind === 'HELD') held.add(target);
    if (kind === 'HOLD_LIFTED') held.delete(target);
    const order = kind === 'ASSIGNED' ? byGeneration.get(`${target} ${generation}`) : undefined;
    if (order === undefined || !held.has(target) || order.way === 'back' || order.rollout.cause === 'ROLLBACK') return [];
    return [`${names.target(target)} is held, and ${names.rollout(order.rollout.id)} assigned it generation ${generation}`];
  });
}
