import { done, objectKey, type StepOutcome } from '#domain';
import { releaseEntries } from './release-objects.js';
import { saveInventory } from './save-inventory.js';
import type { StepContext } from './step.js';

/**
 * Gives others what they have asked for of this target and its release does not declare, while the release itself has to wait: two that wait for each other
 * would wait for ever. Our marks come off first; killed in between, the next pass finds the objects in the inventory and does it again.
 *
 * @param staying keys of what the release declares
 */
export async function giveAway(context: StepContext, staying: ReadonlySet<string>): Promise<StepOutcome> {
  const { runtime, index } = context;
  const { inventory } = runtime;
  const going = new Set((inventory?.entries ?? []).filter(({ ref }) => !staying.has(objectKey(ref)) && index.wantedBy(ref, runtime.target) !== undefined));
  if (inventory === undefined || going.size === 0) return done();
  const released = await releaseEntries(context, [...going]);
  return released.kind === 'done' ? saveInventory(context, { ...inventory, entries: inventory.entries.filter((entry) => !going.has(entry)) }) : released;
}
