import { applyOptionsOf, areHooksDue, done, objectKey, objectRefOf, sortOutHooks, stalled } from '#domain';
import { prepareObjects } from '../../apply/prepare-objects.js';
import type { Announced, Prepared, Step } from '../step.js';

/** The objects as they would be sent: namespaces and marks put in, kinds known, hooks apart, and without those that ask to be left alone. Sends nothing. */
export const prepareContent: Step<Announced, Prepared> = async ({ ports, owner, runtime, signal }, input) => {
  const how = { cluster: ports.cluster, owner, namespace: input.order.release.namespace, maxCalls: ports.settings.maxCalls, signal };
  const { SKIP: left = [], APPLY: rest = [] } = Object.groupBy(input.content.objects, ({ metadata }) => (applyOptionsOf(metadata).mode === 'SKIP' ? 'SKIP' : 'APPLY'));
  const objects = input.declared?.objects === undefined ? await prepareObjects(rest, how) : done(input.declared.objects);
  if (objects.kind !== 'done') return objects;
  // Nothing is asked of what is left alone but its name.
  const skipped = await prepareObjects(left, { ...how, isLenient: true });
  if (skipped.kind !== 'done') return skipped;
  const sorted = sortOutHooks(objects.value);
  if (!sorted.ok) return stalled(sorted.error.code, sorted.error.message);
  const head = runtime.inventory?.head;
  const mayRun = head?.hooks !== undefined || sorted.value.hooks.length > 0;
  const areDue = mayRun && areHooksDue(head?.hooks, head?.applied?.contentKey, input.contentKey);
  return done({ ...input, ...sorted.value, skipped: new Set(skipped.value.map((object) => objectKey(objectRefOf(object)))), areHooksDue: areDue });
};
