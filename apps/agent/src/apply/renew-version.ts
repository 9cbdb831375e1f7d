import { err, ok, type Result } from '#kernel';
import { FIELD_MANAGER, formatObjectRef, objectRefOf, renameVersion, type KubeObject } from '#domain';
import type { KubeFailure } from '#kube';
import type { StepContext } from '../reconcile/step.js';

/** An object remembers who holds its fields by the version under which they were written; where that is served no longer, the API server takes no apply of the object at all. */
const LOST_VERSION = /request to convert CR to an invalid group\/version: (\S+)/;

/** The version that the server no longer serves and that keeps it from taking an apply; undefined: that is not why it failed. */
export function lostVersion({ message }: KubeFailure): string | undefined {
  return LOST_VERSION.exec(message)?.[1];
}

/** Has an object remember under its own version who holds what under one that is gone. Nothing else of it is written, and nobody holds more or less than before. */
export async function renewVersion({ ports, reader, runtime, signal }: StepContext, object: KubeObject, lost: string): Promise<Result<void, KubeFailure>> {
  const ref = objectRefOf(object);
  const address = { ref, apiVersion: object.apiVersion };
  const resource = await reader.resolve(address, signal);
  if (!resource.ok) return resource;
  const read = await reader.read(address, { metadataOnly: true, signal });
  if (!read.ok) return read;
  const { uid, resourceVersion, managedFields = [] } = read.value?.metadata ?? {};
  if (uid === undefined) return ok(undefined);
  if (!ports.fence.isHeld()) return err({ code: 'ABORTED', httpStatus: 0, message: 'another agent has taken over this cluster' });
  ports.log.info('an object remembers who holds its fields by a version that is served no longer; that is renewed', { target: runtime.target, object: formatObjectRef(ref), lost });
  const patch = { metadata: { uid, resourceVersion, managedFields: renameVersion(managedFields, lost, object.apiVersion) } };
  const patched = await ports.cluster.applier.mergePatch(resource.value, ref.namespace, ref.name, patch, { fieldManager: FIELD_MANAGER, signal });
  return patched.ok ? ok(undefined) : patched;
}
