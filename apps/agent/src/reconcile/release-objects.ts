import { claimOf, done, hookObjectsOf, OWNER_ANNOTATION, TARGET_LABEL, type InventoryEntry, type StepOutcome } from '#domain';
import { explainFailure } from '../apply/explain-failure.js';
import { inParallel } from '../apply/in-parallel.js';
import { entryOf } from '../hooks/remove-hook-objects.js';
import { checkFence, reached, type StepContext } from './step.js';

/**
 * Lets go of everything that a target owns: takes our two marks off, so that another application may take the objects up, and touches nothing
 * else; the fields stay ours in name until somebody applies them. A mark that we may not take off stays and holds up nothing.
 */
export function releaseObjects(context: StepContext): Promise<StepOutcome> {
  const { inventory } = context.runtime;
  return releaseEntries(context, [...(inventory?.entries ?? []), ...hookObjectsOf(inventory?.head.hooks).map(entryOf)]);
}

/** The same for some of what it owns. */
export async function releaseEntries(context: StepContext, entries: readonly InventoryEntry[]): Promise<StepOutcome> {
  const { runtime, ports } = context;
  const released = await inParallel(entries, ports.settings.maxCalls, (entry) => releaseOne(context, entry));
  const waiting = released.find(({ kind }) => kind === 'wait');
  for (const outcome of released) {
    if (outcome.kind === 'stalled') ports.log.warn('an object was let go with our marks on it', { target: runtime.target, reason: outcome.why.reason, message: outcome.why.message });
  }
  return waiting ?? done();
}

async function releaseOne(context: StepContext, entry: InventoryEntry): Promise<StepOutcome> {
  const { reader, ports, owner, signal } = context;
  const live = await reader.read(entry, { metadataOnly: true, signal });
  if (!live.ok) return explainFailure(entry.ref, live.error);
  const uid = live.value?.metadata.uid;
  if (live.value === undefined || uid === undefined || claimOf(live.value.metadata, owner).kind !== 'OURS' || (entry.state === 'LIVE' && entry.uid !== uid)) return done();
  const resource = await reader.resolveAny(entry, signal);
  if (!resource.ok) return explainFailure(entry.ref, resource.error);
  const fenced = checkFence(context);
  if (fenced !== undefined) return fenced;
  // The UID makes the patch fail for another object of the same name.
  const patch = { metadata: { uid, annotations: { [OWNER_ANNOTATION]: null }, labels: { [TARGET_LABEL]: null } } };
  const patched = await ports.cluster.applier.mergePatch(resource.value, entry.ref.namespace, entry.ref.name, patch, { signal });
  await reached(context, 'agent.removal.after-release');
  if (!patched.ok && patched.error.code !== 'NOT_FOUND' && patched.error.code !== 'CONFLICT') return explainFailure(entry.ref, patched.error);
  return done();
}
