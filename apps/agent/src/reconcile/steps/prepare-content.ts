import { done } from '#domain';
import { prepareObjects } from '../../apply/prepare-objects.js';
import type { Prepared, Step, WithContent } from '../step.js';

/** The objects as they would be sent: namespaces and marks put in, kinds known. Sends nothing. */
export const prepareContent: Step<WithContent, Prepared> = async ({ ports, owner, signal }, input) => {
  const objects = await prepareObjects(input.content.objects, {
    cluster: ports.cluster,
    owner,
    namespace: input.order.release.namespace,
    maxCalls: ports.settings.maxCalls,
    signal,
  });
  return objects.kind === 'done' ? done({ ...input, objects: objects.value }) : objects;
};
