import { done, objectKey, type InventoryEntry, type StepOutcome } from '#domain';
import { refsOf } from '../hooks/refs-of.js';
import type { TargetInventory } from './agent.ports.js';
import { checkFence, explainStateFailure, type StepContext } from './step.js';

/**
 * Makes a target's inventory durable, and only then what this process goes by. Writes nothing when nothing changed. A write that failed may
 * have happened, so what is stored is read again before the next pass.
 */
export async function saveInventory(context: StepContext, inventory: TargetInventory): Promise<StepOutcome> {
  const { runtime, ports, index, directory } = context;
  if (runtime.inventory !== undefined && isSame(runtime.inventory, inventory)) return done();
  const fenced = checkFence(context);
  if (fenced !== undefined) return fenced;
  const saved = await ports.inventory.save(inventory, context.signal);
  if (!saved.ok) {
    runtime.isInDoubt = true;
    return explainStateFailure(saved.error);
  }
  const before = runtime.inventory;
  runtime.inventory = inventory;
  // A word about hooks alone changes nothing of what this pass has claimed.
  if (before?.entries !== inventory.entries) directory.wake(index.settle(runtime.target, refsOf(inventory)));
  return done();
}

function isSame(a: TargetInventory, b: TargetInventory): boolean {
  if (a.head.held.digest !== b.head.held.digest || a.head.applied?.contentKey !== b.head.applied?.contentKey || a.head.hooks !== b.head.hooks || a.entries.length !== b.entries.length) return false;
  if (a.entries === b.entries) return true;
  const known = new Map(a.entries.map((entry) => [objectKey(entry.ref), spell(entry)]));
  return b.entries.every((entry) => known.get(objectKey(entry.ref)) === spell(entry));
}

function spell(entry: InventoryEntry): string {
  const base = [entry.apiVersion, entry.state, entry.appliedHash, entry.wave ?? 0];
  return (entry.state === 'LIVE' ? [...base, entry.uid, entry.isProtected, entry.onPrune ?? '', entry.onDelete ?? '', entry.listedIn ?? '', entry.takesAlong ?? '', entry.isInDoubt ?? false, entry.keepsLive ?? false] : base).join(' ');
}
