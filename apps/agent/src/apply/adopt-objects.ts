import { done, FIELD_MANAGER, handOverFields, objectKey, objectRefOf, type KubeObject, type ObjectMeta, type StepOutcome } from '#domain';
import { checkFence, reached, type StepContext } from '../reconcile/step.js';
import { explainFailure } from './explain-failure.js';
import { inParallel } from './in-parallel.js';

/** How often an object may change between the look at it and the write. */
const ATTEMPTS = 4;

/**
 * Makes objects ours that kubectl, Helm, Argo CD or Flux put there: the fields that these hold become fields that we hold, so that the apply that
 * follows changes what Git says and removes what it no longer says. Only who holds what is written; nothing that a controller looks at changes.
 *
 * @param objects those to be applied that are there and were never ours
 * @param live what is known of them, by object key
 */
export async function adoptObjects(context: StepContext, objects: readonly KubeObject[], live: ReadonlyMap<string, ObjectMeta>): Promise<StepOutcome> {
  const results = await inParallel(objects, context.ports.settings.maxCalls, (object) => adopt(context, object, live.get(objectKey(objectRefOf(object)))));
  return results.find(({ kind }) => kind === 'stalled') ?? results.find(({ kind }) => kind === 'wait') ?? done();
}

async function adopt(context: StepContext, object: KubeObject, seen: ObjectMeta | undefined): Promise<StepOutcome> {
  const { ports, reader, signal } = context;
  const ref = objectRefOf(object);
  const address = { ref, apiVersion: object.apiVersion };
  let live = seen;
  for (let attempt = 1; ; attempt += 1) {
    const managedFields = live === undefined ? undefined : handOverFields(live, object.apiVersion);
    if (live === undefined || managedFields === undefined) return done();
    const resource = await reader.resolve(address, signal);
    if (!resource.ok) return explainFailure(ref, resource.error);
    const fenced = checkFence(context);
    if (fenced !== undefined) return fenced;
    // Both make it fail for any other object, and for any other state of this one.
    const patch = { metadata: { uid: live.uid, resourceVersion: live.resourceVersion, managedFields } };
    const patched = await ports.cluster.applier.mergePatch(resource.value, ref.namespace, ref.name, patch, { fieldManager: FIELD_MANAGER, signal });
    await reached(context, 'agent.adopt.after-hand-over');
    if (patched.ok) return done();
    if (patched.error.code !== 'CONFLICT' || attempt >= ATTEMPTS) return explainFailure(ref, patched.error);
    const again = await reader.read(address, { metadataOnly: true, signal });
    if (!again.ok) return explainFailure(ref, again.error);
    live = again.value?.metadata;
  }
}
