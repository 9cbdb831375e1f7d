import { hookRefsOf, type ObjectRef } from '#domain';
import type { TargetInventory } from '../reconcile/agent.ports.js';

/** Every object that an inventory stands for: what is tracked, and what hooks have left or are about to make. */
export function refsOf({ head, entries }: TargetInventory): readonly ObjectRef[] {
  const refs = entries.map(({ ref }) => ref);
  return head.hooks === undefined ? refs : [...refs, ...hookRefsOf(head.hooks)];
}
