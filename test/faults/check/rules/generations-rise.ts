import type { Evidence, Transition } from '../evidence.js';

const ORDERS = new Set(['ASSIGNED', 'REISSUED', 'TOMBSTONED']);

/** Every order of a target has a higher generation than the one before. */
export function generationsRise({ transitions }: Evidence): readonly string[] {
  const last = new Map<string, Transition>();
  return transitions.flatMap((transition) => {
    if (!ORDERS.has(transition.kind)) return [];
    const target = `${transition.application}@${transition.cluster}`;
    const before = last.get(target);
    last.set(target, transition);
    return before === undefined || transition.generation > before.generation
      ? []
      : [`${target}: ${transition.kind} has generation ${transition.generation} after ${before.kind} with ${before.generation}`];
  });
}
