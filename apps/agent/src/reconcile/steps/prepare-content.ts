import { areHooksDue, done, sortOutHooks, stalled } from '#domain';
import { prepareObjects } from '../../apply/prepare-objects.js';
import type { Prepared, Step, WithContent } from '../step.js';

/** The objects as they would be sent: namespaces and marks put in, kinds known, hooks apart. Sends nothing. */
export const prepareContent: Step<WithContent, Prepared> = async ({ ports, owner, runtime, signal }, input) => {
  const objects = await prepareObjects(input.content.objects, {
    cluster: ports.cluster,
    owner,
    namespace: input.order.release.namespace,
    maxCalls: ports.settings.maxCalls,
    signal,
  });
  if (objects.kind !== 'done') return objects;
  const sorted = sortOutHooks(objects.value);
  if (!sorted.ok) return stalled(sorted.error.code, sorted.error.message);
  const head = runtime.inventory?.head;
  const mayRun = head?.hooks !== undefined || sorted.value.hooks.length > 0;
  return done({ ...input, ...sorted.value, areHooksDue: mayRun && areHooksDue(head?.hooks, head?.applied?.contentKey, input.contentKey) });
};
