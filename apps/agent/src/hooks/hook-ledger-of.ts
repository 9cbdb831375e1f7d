import type { HookLedger, InventoryEntry, StepOutcome } from '#domain';
import { saveInventory } from '../reconcile/save-inventory.js';
import type { StepContext } from '../reconcile/step.js';

/** The ledger of the target's hooks; undefined: none was ever opened. */
export function ledgerOf({ runtime }: StepContext): HookLedger | undefined {
  return runtime.inventory?.head.hooks;
}

/** Makes a ledger durable, with the inventory's head, in one compare-and-swap. */
export function saveLedger(context: StepContext, hooks: HookLedger, entries?: readonly InventoryEntry[]): Promise<StepOutcome> {
  const { inventory } = context.runtime;
  if (inventory === undefined) throw new Error('no hook runs without an inventory');
  return saveInventory(context, { entries: entries ?? inventory.entries, head: { ...inventory.head, hooks } });
}
