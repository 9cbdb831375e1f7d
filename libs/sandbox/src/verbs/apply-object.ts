import { err, type JsonObject, type Result } from '#kernel';
import type { KubeObject } from '#domain';
import { timestamp, type ClusterContext } from '../cluster-context.js';
import { applyConflict, badRequest, conflict, notFound, type ApiFailure } from '../http/api-failure.js';
import { isObject, listAt, objectAt, stringAt } from '../json/read-json.js';
import { withObjectDefaults } from '../kinds/object-defaults.js';
import { typedForm } from '../kinds/typed-form.js';
import { applyFields, formatClaims } from '../managed-fields/apply-fields.js';
import { formatOwner, ownersFromJson, type FieldOwner } from '../managed-fields/field-owner.js';
import { trackUpdate } from '../managed-fields/track-update.js';
import { emptyLike } from '../kinds/empty-like.js';
import { checkBody } from './check-body.js';
import { createObject } from './create-object.js';
import { liveObject } from './live-object.js';
import { storeChange } from './store-change.js';
import { ownable, patchRefusal, withKeptAllocations } from './update-object.js';
import { ownerOf, unownedFields, type WriteTarget } from './write-target.js';

/** Server-side apply: creates what is missing, else merges by field ownership. A repeated apply stores nothing. */
export function applyObject(cluster: ClusterContext, target: WriteTarget, body: JsonObject, force: boolean): Result<KubeObject, ApiFailure> {
  if (listAt(body, 'metadata', 'managedFields').length > 0) return err(badRequest('metadata.managedFields must be nil'));
  const checked = checkBody(target, body, true);
  if (!checked.ok) return checked;
  const { type, name } = target;
  const live = liveObject(cluster, target);
  if (live === undefined) {
    if (target.isStatus) return err(notFound(type, name));
    const uid = stringAt(body, 'metadata', 'uid') ?? '';
    if (uid !== '') return err(conflict(type, name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`));
    return createObject(cluster, target, checked.value, 'Apply');
  }
  const refusal = patchRefusal(target, live, checked.value);
  if (refusal !== undefined) return err(refusal);

  const { managedFields, ...metadata } = live.metadata;
  const result = applyFields({
    schema: type.schema,
    live: { ...live, apiVersion: checked.value['apiVersion'], metadata },
    applied: appliedPart(target, checked.value),
    owners: ownersBeforeApply(target, live, ownersFromJson(managedFields ?? []), timestamp(cluster.clock)),
    applier: ownerOf(target, 'Apply'),
    force,
    now: timestamp(cluster.clock),
    unowned: unownedFields(target),
  });
  if (!result.ok) {
    const causes = result.error.map((claim) => ({ reason: 'FieldManagerConflict', message: `conflict with ${formatOwner(claim.owner)}`, field: claim.field }));
    return err(applyConflict(formatClaims(result.error), causes));
  }
  const wanted = withKeptAllocations(live, withObjectDefaults(type, typedForm(type, result.value.object)));
  return storeChange(cluster, target, live, wanted, result.value.owners);
}

/** Where nobody owns anything, what is there counts as one manager's from before: the first apply takes nothing silently. */
function ownersBeforeApply(target: WriteTarget, live: KubeObject, owners: readonly FieldOwner[], now: string): readonly FieldOwner[] {
  if (owners.length > 0) return owners;
  const writer = { ...ownerOf({ ...target, fieldManager: 'before-first-apply' }, 'Update') };
  return trackUpdate(target.type.schema, emptyLike(target.type, live), ownable(live), [], writer, now, unownedFields(target));
}

/** The configuration without what this endpoint ignores: system metadata, and either the status or all but the status. */
function appliedPart(target: WriteTarget, body: JsonObject): JsonObject {
  const { uid: _uid, resourceVersion: _version, generation: _generation, creationTimestamp: _created, deletionTimestamp: _deleted, managedFields: _owners, selfLink: _link, ...metadata } = objectAt(body, 'metadata');
  const { status, spec, ...rest } = body;
  if (target.isStatus) return { apiVersion: body['apiVersion'], kind: body['kind'], ...(isObject(status) ? { status } : {}) };
  return { ...rest, metadata, ...(spec === undefined ? {} : { spec }), ...(target.type.hasStatus || status === undefined ? {} : { status }) };
}
