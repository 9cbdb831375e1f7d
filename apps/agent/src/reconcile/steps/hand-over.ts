import { done } from '#domain';
import { releaseEntries } from '../release-objects.js';
import type { Checked, Step } from '../step.js';

/**
 * Takes our marks off what another application has asked for, before it leaves the inventory: its new owner may take it up whatever becomes of this
 * application meanwhile. Killed in here, the next pass finds it in the inventory and does it again.
 */
export const handOver: Step<Checked, Checked> = async (context, input) => {
  const released = await releaseEntries(context, input.moving);
  return released.kind === 'done' ? done(input) : released;
};
