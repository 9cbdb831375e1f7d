import { done, objectKey } from '#domain';
import { releaseEntries } from '../release-objects.js';
import { saveInventory } from '../save-inventory.js';
import type { Checked, Step } from '../step.js';

/**
 * Lets go of objects that are no longer declared and ask to stay: first our marks come off, then they leave the inventory, so that a crash
 * between the two only does it again. From here on nobody tracks them, and any application may take them up.
 */
export const releaseKept: Step<Checked, Checked> = async (context, input) => {
  if (input.kept.length === 0) return done(input);
  const released = await releaseEntries(context, input.kept);
  if (released.kind !== 'done') return released;
  const { inventory } = context.runtime;
  if (inventory === undefined) throw new Error('nothing is let go without an inventory');
  const gone = new Set(input.kept.map(({ ref }) => objectKey(ref)));
  const saved = await saveInventory(context, { ...inventory, entries: inventory.entries.filter(({ ref }) => !gone.has(objectKey(ref))) });
  return saved.kind === 'done' ? done(input) : saved;
};
