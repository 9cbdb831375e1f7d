import { done, formatObjectRef, objectKey, orderRemoval, type LiveEntry } from '#domain';
import { isStillLeaving, removeObjects, type Survivor } from '../../apply/remove-objects.js';
import { mayDelete } from '../may-delete.js';
import { saveInventory } from '../save-inventory.js';
import { reached, type Checked, type Step } from '../step.js';

export interface Pruned extends Checked {
  /** Still there, and still tracked. */
  readonly survivors: readonly Survivor[];
}

/** Prunes last, what others need at the very end (an operator after the objects that it finalises), and goes on tracking whatever refuses to go. */
export const pruneObjects: Step<Checked, Pruned> = async (context, input) => {
  const { ports, reader, owner, signal } = context;
  const survivors: Survivor[] = [];
  const planned: readonly LiveEntry[] = [...input.removeNow, ...input.leaving];
  // The same object under another group of the API, as the release declares it now: under its old name it only leaves the inventory.
  const declared = uidsBeside(planned);
  const renamed = planned.filter(({ uid }) => declared.has(uid));
  const kept = renamed.length === 0 ? done() : await forget(renamed, []);
  if (kept.kind !== 'done') return kept;
  const doomed = planned.filter(({ uid }) => !declared.has(uid));
  const steps = orderRemoval(doomed);
  for (const [index, step] of steps.entries()) {
    const removed = await removeObjects(step, {
      reader,
      applier: ports.cluster.applier,
      owner,
      cause: 'PRUNE',
      reserved: ports.cluster.reserved,
      othersIn: (namespace) => context.index.othersIn(namespace, context.runtime.target),
      clock: ports.clock,
      maxCalls: ports.settings.maxCalls,
      signal,
      mayWrite: (entry) => mayDelete(context, entry),
      beforeDelete: () => reached(context, 'agent.prune.before-delete'),
      afterDelete: () => reached(context, 'agent.prune.after-delete'),
    });
    if (removed.kind !== 'done') return removed;
    survivors.push(...removed.value);
    const saved = await forget(step, removed.value);
    if (saved.kind !== 'done') return saved;
    await reached(context, 'agent.prune.after-record');
    if (removed.value.some(isStillLeaving)) {
      survivors.push(...steps.slice(index + 1).flat().map(waitForOthers));
      break;
    }
  }
  // What is to go under this order later, since nobody is to have it any more, has a time of its own in which others may ask for it.
  if (survivors.length === 0) context.runtime.removalHeldSinceMs = undefined;
  return done({ ...input, survivors });

  function uidsBeside(entries: readonly LiveEntry[]): ReadonlySet<string> {
    const keys = new Set(entries.map(({ ref }) => objectKey(ref)));
    return new Set((context.runtime.inventory?.entries ?? []).flatMap((entry) => (entry.state === 'LIVE' && !keys.has(objectKey(entry.ref)) ? [entry.uid] : [])));
  }

  function forget(step: readonly LiveEntry[], left: readonly Survivor[]): ReturnType<typeof saveInventory> {
    const { inventory } = context.runtime;
    if (inventory === undefined) throw new Error('nothing is pruned without an inventory');
    const staying = new Set(left.map(({ entry }) => objectKey(entry.ref)));
    const gone = new Set(step.map(({ ref }) => objectKey(ref)).filter((key) => !staying.has(key)));
    return saveInventory(context, { ...inventory, entries: inventory.entries.filter(({ ref }) => !gone.has(objectKey(ref))) });
  }
};

function waitForOthers(entry: LiveEntry): Survivor {
  return { entry, message: `${formatObjectRef(entry.ref)} goes after what may need it`, leavingForMs: undefined, isBlocked: false };
}
