import { ok, type Result } from '#kernel';
import {
  admittedChanges, formatObjectRef, isNoCover, joinCovers, keepLive, NO_COVER, objectKey, objectRefOf, type FieldCover, type KubeObject, type Tolerance,
} from '#domain';
import type { KubeFailure } from '#kube';
import { findCover, mayBeCovered } from '../drift/find-cover.js';
import type { StepContext } from '../reconcile/step.js';
import { lostVersion, renewVersion } from './renew-version.js';
import { applyObject, type ApplyHow } from './apply-object.js';

export interface SendHow extends Omit<ApplyHow, 'signal'> {
  /** The object is known not to be there: then all of it is as Git says. @default false */
  readonly isNew?: boolean;
  /** The object as it was seen a moment ago; saves a look. */
  readonly live?: KubeObject | undefined;
  /** More fields to leave as they are, as `formatPath` spells them. */
  readonly alsoKeep?: readonly string[];
}

export interface Sent {
  readonly stored: KubeObject;
  /** What to compare the object with from now on. */
  readonly tolerance: Tolerance;
}

/** How often the object may change between the look at it and the write before that waits for a quieter moment. */
const MAX_ATTEMPTS = 5;

/**
 * Applies one object of a release and leaves the fields that are not ours to decide: it carries their live values, and the version that those were
 * read from, so that a value that changes meanwhile is never put back by accident. An object that has none of them is applied without a look.
 */
export async function sendObject(context: StepContext, object: KubeObject, how: SendHow): Promise<Result<Sent, KubeFailure>> {
  const { ports, runtime, signal } = context;
  for (let attempt = 1; ; attempt += 1) {
    const parts = await liveParts(context, object, attempt === 1 ? how : { ...how, live: undefined });
    if (!parts.ok) return parts;
    const { body, cover, kept } = parts.value;
    const stored = await applyObject(ports.cluster.applier, body, { ...how, signal });
    if (stored.ok) {
      const tolerance = { cover, admitted: admittedChanges(body, stored.value), kept };
      if (!how.dryRun) remember(context, object, tolerance);
      return ok({ stored: stored.value, tolerance });
    }
    const lost = how.dryRun || attempt >= MAX_ATTEMPTS ? undefined : lostVersion(stored.error);
    if (lost !== undefined) {
      const renewed = await renewVersion(context, object, lost);
      if (!renewed.ok && renewed.error.code !== 'CONFLICT') return renewed;
      continue;
    }
    const isOvertaken = body !== object && (stored.error.code === 'NOT_FOUND' || (stored.error.code === 'CONFLICT' && (stored.error.conflicts ?? []).length === 0));
    if (!isOvertaken || attempt >= MAX_ATTEMPTS) return stored;
    ports.log.debug('an object changed while it was applied; it is looked at again', { target: runtime.target, object: formatObjectRef(objectRefOf(object)), attempt });
  }
}

async function liveParts(context: StepContext, object: KubeObject, how: SendHow): Promise<Result<{ readonly body: KubeObject; readonly cover: FieldCover; readonly kept: Tolerance['kept'] }, KubeFailure>> {
  const asDeclared = ok({ body: object, cover: NO_COVER, kept: [] });
  const also: FieldCover = { ...NO_COVER, fields: how.alsoKeep ?? [] };
  if (how.isNew === true) return asDeclared;
  const looked = how.live === undefined ? await lookAt(context, object, isNoCover(also)) : ok(how.live);
  if (!looked.ok) return looked;
  const live = looked.value;
  if (live === undefined) return asDeclared;
  const cover = await findCover(context, object, live, true);
  if (!cover.ok) return cover;
  const all = joinCovers([cover.value, also]);
  if (isNoCover(all)) return asDeclared;
  const { body, kept } = keepLive(object, live, all);
  return ok({ body: { ...body, metadata: { ...body.metadata, uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion } }, cover: cover.value, kept });
}

/** undefined: it is not there, or none of it can be somebody else's to decide. */
async function lookAt(context: StepContext, object: KubeObject, onlyIfAsked: boolean): Promise<Result<KubeObject | undefined, KubeFailure>> {
  const isAsked = onlyIfAsked ? await mayBeCovered(context, object) : ok(true);
  if (!isAsked.ok) return isAsked;
  if (!isAsked.value) return ok(undefined);
  const read = await context.reader.read({ ref: objectRefOf(object), apiVersion: object.apiVersion }, { signal: context.signal });
  // A kind that comes with this very release has no objects yet.
  return !read.ok && read.error.code === 'KIND_NOT_FOUND' ? ok(undefined) : read;
}

/** What admission made of it, told once. */
function remember({ runtime, ports }: StepContext, object: KubeObject, { admitted, kept }: Tolerance): void {
  const ref = objectRefOf(object);
  const key = objectKey(ref);
  const told = (changes: Tolerance['admitted']): string => changes.filter(({ isFilledIn }) => !isFilledIn).map(({ field }) => field).join(', ');
  const fields = told(admitted);
  runtime.notices.set(key, 'admission', fields === '' ? undefined : `${formatObjectRef(ref)}: admission changed ${fields}`);
  if (fields !== '' && fields !== told(runtime.lastApplies.get(key)?.admitted ?? [])) ports.log.info('admission changed what was applied; that is not drift', { target: runtime.target, object: formatObjectRef(ref), fields });
  if (admitted.length === 0 && kept.length === 0) runtime.lastApplies.delete(key);
  else runtime.lastApplies.set(key, { admitted, kept });
}
