import { err, type Result } from '#kernel';
import type { ObjectRef } from '#domain';
import type { DescribedObject } from '#wire';
import type { RequestFailure } from '../session/session.ports.js';
import { belongsToTarget, type EntryOf } from './belongs-to-target.js';
import { describeObject, toRequestFailure, type DescribeDeps } from './describe-object.js';

const NOT_FOUND: RequestFailure = { code: 'NOT_FOUND', message: 'the target has no such object' };

/**
 * An object that is not of the inventory but owned by one that is, such as a pod of a Deployment. Every other object is answered like one that is not
 * there, and so is every Secret: those are read only where Git declares them.
 */
export async function describeOwnedObject(deps: DescribeDeps, entryOf: EntryOf, ref: ObjectRef, signal: AbortSignal): Promise<Result<DescribedObject, RequestFailure>> {
  if (ref.kind === 'Secret' && ref.group === '') return err(NOT_FOUND);
  const address = await deps.reader.addressOf(ref, signal);
  if (!address.ok) return err(address.error.code === 'KIND_NOT_FOUND' ? NOT_FOUND : toRequestFailure(address.error));
  const read = await deps.reader.read(address.value, { metadataOnly: true, signal });
  if (!read.ok) return err(toRequestFailure(read.error));
  if (read.value === undefined) return err(NOT_FOUND);
  const isOurs = await belongsToTarget(deps.reader, entryOf, read.value, signal);
  if (!isOurs.ok) return err(toRequestFailure(isOurs.error));
  return isOurs.value ? describeObject(deps, address.value, signal) : err(NOT_FOUND);
}
