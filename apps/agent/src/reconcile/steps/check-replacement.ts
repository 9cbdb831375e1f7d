import { applyOptionsOf, done, FIELD_MANAGER, formatObjectRef, isAppliedByUs, objectKey, objectRefOf, stalled, whyNotReplaceable, type KubeObject, type ObjectMeta, type StepOutcome } from '#domain';
import type { KubeFailure } from '#kube';
import { explainFailure } from '../../apply/explain-failure.js';
import type { StepContext } from '../step.js';

/**
 * An object whose change the API server refuses for good may be deleted and created again if it asks for that, if it is ours, if nothing of worth would go with
 * it, and if the server would take both the delete and the new object. Writes nothing; everything else is the refusal as it was.
 *
 * @param refusal says that a field is immutable
 * @returns the UID to delete
 */
export async function checkReplacement(context: StepContext, object: KubeObject, live: ObjectMeta | undefined, refusal: KubeFailure): Promise<StepOutcome<string>> {
  const { ports, reader, signal } = context;
  const ref = objectRefOf(object);
  const refused = explainFailure(ref, refusal);
  if (refused.kind === 'done' || live?.uid === undefined || !applyOptionsOf(object.metadata).replace) return refused;
  const reason = isOfTarget(context, objectKey(ref), live) ? whyNotReplaceable(ref, object.metadata, live) : `${formatObjectRef(ref)} is not of this application yet, so it is not deleted to be created again: delete it by hand, or give it another name`;
  if (reason !== undefined) return stalled('IMMUTABLE_FIELD', `${refused.why.message}; ${reason}`);
  const resource = await reader.resolve({ ref, apiVersion: object.apiVersion }, signal);
  if (!resource.ok) return explainFailure(ref, resource.error);
  const { applier } = ports.cluster;
  const created = await applier.create(object, { fieldManager: FIELD_MANAGER, dryRun: true, signal });
  // That the name is taken is the last thing that a server says of an object that it would take.
  if (!created.ok && created.error.code !== 'ALREADY_EXISTS') return explainFailure(ref, created.error);
  const deleted = await applier.delete(resource.value, ref.namespace, ref.name, { uid: live.uid, dryRun: true, signal });
  if (!deleted.ok && deleted.error.code !== 'NOT_FOUND' && deleted.error.code !== 'CONFLICT') return stalled(deleted.error.code === 'FORBIDDEN' ? 'FORBIDDEN' : 'IMMUTABLE_FIELD', `${formatObjectRef(ref)} cannot be deleted to be created again: ${deleted.error.message}`);
  return done(live.uid);
}

/** In the inventory under this UID; or made by us, as both marks say, where a crash kept its UID from the inventory. */
function isOfTarget({ runtime, owner }: StepContext, key: string, live: ObjectMeta): boolean {
  const entry = runtime.entry(key);
  return (entry?.state === 'LIVE' && entry.uid === live.uid) || isAppliedByUs(live, owner);
}
