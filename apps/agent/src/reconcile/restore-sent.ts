import { appliedHashOf, contentKey, done, objectKey, objectRefOf, type StepOutcome } from '#domain';
import { prepareObjects } from '../apply/prepare-objects.js';
import { explainStateFailure, type StepContext } from './step.js';

/**
 * After a start: which object was sent last, found again in the stored content by the hash in the inventory. Between two releases some are of
 * the one and some of the other. What is not found is left to the next pass: it is neither healed nor taken by force until it was sent again.
 */
export async function restoreSent(context: StepContext): Promise<StepOutcome> {
  const { runtime, ports, owner, inForce, signal } = context;
  const { inventory } = runtime;
  if (inventory === undefined || runtime.sent.size > 0 || inventory.entries.length === 0) return done();
  const ordered = inForce.order.kind === 'ASSIGNMENT' ? inForce.order : undefined;
  const keys = [inventory.head.applied?.contentKey, ordered && contentKey(ordered)].filter((key) => key !== undefined);
  for (const key of new Set(keys)) {
    const stored = await ports.content.get(runtime.target, key, signal);
    if (!stored.ok && stored.error.code !== 'CORRUPT') return explainStateFailure(stored.error);
    if (!stored.ok || stored.value === undefined) continue;
    const namespaces = new Set([ordered?.release.namespace ?? '', ...inventory.entries.map(({ ref }) => ref.namespace)].filter((name) => name !== ''));
    for (const namespace of namespaces) {
      if (runtime.sent.size === inventory.entries.length) break;
      const objects = await prepareObjects(stored.value.objects, { cluster: ports.cluster, owner, namespace, maxCalls: ports.settings.maxCalls, signal, isLenient: true });
      if (objects.kind !== 'done') return objects;
      for (const object of objects.value) {
        const id = objectKey(objectRefOf(object));
        if (!runtime.sent.has(id) && runtime.entry(id)?.appliedHash === appliedHashOf(object)) runtime.sent.set(id, object);
      }
    }
  }
  const { hooks, applied } = inventory.head;
  const isUnfinished = hooks !== undefined && hooks.hasWritten && !hooks.isOver && hooks.contentKey !== applied?.contentKey;
  runtime.isPartial = isUnfinished || inventory.entries.some(({ state }) => state === 'INTENDED');
  return done();
}
