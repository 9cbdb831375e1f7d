import { done, formatObjectRef, objectKey, objectRefOf, stalled, wait, whyNotReplaceable, type KubeObject, type ObjectMeta, type StepOutcome } from '#domain';
import { checkFence, reached, type StepContext } from '../reconcile/step.js';
import { explainFailure } from './explain-failure.js';
import { inParallel } from './in-parallel.js';

const ASK_MS = 200;
const RETRY_MS = 2_000;
/** How often an object may change between the look at it and the delete. */
const ATTEMPTS = 4;
/** The server's own, by which it waits for what the object owns. */
const FOREGROUND = 'foregroundDeletion';

/**
 * Deletes objects that are about to be created anew, each after another look and under the UID at which it was looked, and waits until their names are free and what they
 * owned is gone. The inventory has them as intended by then: killed anywhere in here, the next pass goes on. One that does not go in time ends the pass.
 *
 * @param uids by object key
 */
export async function clearForReplacement(context: StepContext, objects: readonly KubeObject[], uids: ReadonlyMap<string, string>): Promise<StepOutcome> {
  const { ports } = context;
  const endMs = ports.monotonic.nowMs() + ports.settings.settleMs;
  const results = await inParallel(objects, ports.settings.maxCalls, async (object): Promise<StepOutcome> => {
    const uid = uids.get(objectKey(objectRefOf(object)));
    return uid === undefined ? done() : clear(context, object, uid, endMs);
  });
  return results.find(({ kind }) => kind === 'stalled') ?? results.find(({ kind }) => kind === 'wait') ?? done();
}

async function clear(context: StepContext, object: KubeObject, uid: string, endMs: number): Promise<StepOutcome> {
  const { ports, reader, runtime, inForce, signal } = context;
  const ref = objectRefOf(object);
  const address = { ref, apiVersion: object.apiVersion };
  const resource = await reader.resolveAny(address, signal);
  if (!resource.ok) return explainFailure(ref, resource.error);
  for (let attempt = 1; ; attempt += 1) {
    const seen = await reader.read(address, { metadataOnly: true, signal });
    if (!seen.ok) return explainFailure(ref, seen.error);
    if (seen.value === undefined || seen.value.metadata.uid !== uid) return done();
    // What it asks for may have changed since the server was asked, and until the delete: then it is looked at again.
    const reason = whyNotReplaceable(ref, object.metadata, seen.value.metadata);
    if (reason !== undefined) return stalled('IMMUTABLE_FIELD', reason);
    const fenced = checkFence(context);
    if (fenced !== undefined) return fenced;
    if (runtime.order !== inForce) return wait(0, 'APPLYING', 'a newer order has come');
    ports.log.info('an object is deleted to be created again, since the change is of a field that never changes', { target: runtime.target, object: formatObjectRef(ref) });
    const { resourceVersion } = seen.value.metadata;
    const deleted = await ports.cluster.applier.delete(resource.value, ref.namespace, ref.name, { uid, resourceVersion, propagationPolicy: 'Foreground', signal });
    await reached(context, 'agent.replace.after-delete');
    if (deleted.ok || deleted.error.code === 'NOT_FOUND') break;
    if (deleted.error.code !== 'CONFLICT' || attempt >= ATTEMPTS) return explainFailure(ref, deleted.error);
  }
  for (;;) {
    const live = await reader.read(address, { metadataOnly: true, signal });
    if (!live.ok) return explainFailure(ref, live.error);
    if (live.value === undefined || live.value.metadata.uid !== uid) return done();
    if (ports.monotonic.nowMs() >= endMs) return wait(RETRY_MS, 'PRUNE_BLOCKED', sayLeaving(formatObjectRef(ref), live.value.metadata));
    await ports.timers.sleep(ASK_MS, signal);
  }
}

function sayLeaving(object: string, { finalizers = [] }: ObjectMeta): string {
  const blocking = finalizers.filter((name) => name !== FOREGROUND).slice(0, 5);
  return `${object} is deleted to be created again and still there: ${blocking.length === 0 ? 'what it owns is on its way out' : `it waits for ${blocking.join(', ')}`}`;
}
