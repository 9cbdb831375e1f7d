import { err, type Json, type JsonObject, type Result } from '#kernel';
import type { KubeObject } from '#domain';
import { timestamp, type ClusterContext } from '../cluster-context.js';
import { conflict, invalid, notFound, type ApiFailure } from '../http/api-failure.js';
import { withDefaults, withoutNulls } from '../json/change-json.js';
import { isObject, listAt, objectAt, stringAt } from '../json/read-json.js';
import { invalidValue } from '../kinds/field-cause.js';
import { withObjectDefaults } from '../kinds/object-defaults.js';
import { sentForm } from '../kinds/typed-form.js';
import { ownersFromJson } from '../managed-fields/field-owner.js';
import { trackUpdate } from '../managed-fields/track-update.js';
import { checkBody } from './check-body.js';
import { createObject } from './create-object.js';
import { liveObject } from './live-object.js';
import { storeChange } from './store-change.js';
import { ownerOf, unownedFields, type WriteTarget } from './write-target.js';

const CREATED_BY_UPDATE = new Set(['/Service', '/Event', '/Endpoints', 'coordination.k8s.io/Lease', ...['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'].map((kind) => `rbac.authorization.k8s.io/${kind}`)]);
const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

/** Some kinds are created by a replacement that names what is not there. */
export function isCreatedByUpdate(target: Pick<WriteTarget, 'type' | 'isStatus'>): boolean {
  return !target.isStatus && CREATED_BY_UPDATE.has(`${target.type.group}/${target.type.kind}`);
}

/** Replaces an object as a whole; with a resourceVersion only if it is still that one. */
export function replaceObject(cluster: ClusterContext, target: WriteTarget, body: JsonObject): Result<KubeObject, ApiFailure> {
  const checked = checkBody(target, body);
  if (!checked.ok) return checked;
  const live = liveObject(cluster, target);
  if (live === undefined) return isCreatedByUpdate(target) ? createByUpdate(cluster, target, checked.value) : err(notFound(target.type, target.name));
  if (target.type.isCustom && (stringAt(body, 'metadata', 'resourceVersion') ?? '') === '') {
    return err(invalid(target.type, target.name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]));
  }
  return changeTo(cluster, target, live, checked.value);
}

function createByUpdate(cluster: ClusterContext, target: WriteTarget, body: JsonObject): Result<KubeObject, ApiFailure> {
  const { resourceVersion: _version, uid, ...metadata } = objectAt(body, 'metadata');
  if (uid !== undefined && uid !== '') return err(conflict(target.type, target.name, `Precondition failed: UID in precondition: ${String(uid)}, UID in object meta: `));
  return createObject(cluster, target, { ...body, metadata });
}

/** JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. */
export function mergePatchObject(cluster: ClusterContext, target: WriteTarget, patch: JsonObject): Result<KubeObject, ApiFailure> {
  const live = liveObject(cluster, target);
  if (live === undefined) return err(notFound(target.type, target.name));
  const patched = mergePatch(live, patch);
  const checked = checkBody(target, isObject(patched) ? patched : {});
  return checked.ok ? changeTo(cluster, target, live, checked.value, patchRefusal) : checked;
}

/** For patches the uid is a field like others, and immutable; the resourceVersion is a condition. */
export function patchRefusal(target: Pick<WriteTarget, 'type' | 'name'>, live: KubeObject, sent: JsonObject): ApiFailure | undefined {
  const uid = stringAt(sent, 'metadata', 'uid') ?? '';
  const version = stringAt(sent, 'metadata', 'resourceVersion') ?? '';
  if (version !== '' && version !== live.metadata.resourceVersion) return conflict(target.type, target.name, MODIFIED);
  return uid === '' || uid === live.metadata.uid ? undefined : invalid(target.type, target.name, [invalidValue('metadata.uid', uid, 'field is immutable')]);
}

/** The refusal when uid or resourceVersion of what was sent are not those of what is there. */
function preconditionRefusal(target: Pick<WriteTarget, 'type' | 'name'>, live: KubeObject, sent: JsonObject): ApiFailure | undefined {
  const uid = stringAt(sent, 'metadata', 'uid') ?? '';
  if (uid !== '' && uid !== live.metadata.uid) {
    return conflict(target.type, target.name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid ?? ''}`);
  }
  const version = stringAt(sent, 'metadata', 'resourceVersion') ?? '';
  return version !== '' && version !== live.metadata.resourceVersion ? conflict(target.type, target.name, MODIFIED) : undefined;
}

function changeTo(cluster: ClusterContext, target: WriteTarget, live: KubeObject, sent: JsonObject, refusalOf = preconditionRefusal): Result<KubeObject, ApiFailure> {
  const refusal = refusalOf(target, live, sent);
  if (refusal !== undefined) return err(refusal);
  const status: JsonObject = target.isStatus ? { ...live, status: sent['status'] } : sent;
  const wanted = withKeptAllocations(live, withObjectDefaults(target.type, sentForm(target.type, status)));
  // A writer that sends managedFields back states what they are from now on; one that leaves them out keeps the stored ones.
  const stated = listAt(sent, 'metadata', 'managedFields');
  const owners = ownersFromJson(stated.length > 0 ? stated : (live.metadata.managedFields ?? []));
  const visible = target.isStatus || !target.type.hasStatus ? wanted : { ...wanted, status: live['status'] };
  // Where nobody owns anything, nothing is tracked until the first apply.
  const tracked = owners.length === 0 ? [] : trackUpdate(target.type.schema, ownable(live), ownable(visible), owners, ownerOf(target, 'Update'), timestamp(cluster.clock), unownedFields(target));
  return storeChange(cluster, target, live, wanted, tracked);
}

/** The object as owners see it: without the record of owners itself. */
export function ownable(object: JsonObject): JsonObject {
  const { managedFields: _owners, ...metadata } = objectAt(object, 'metadata');
  return withoutNulls({ ...object, metadata });
}

/** Addresses and generated selectors that the sender left out stay as they are. */
export function withKeptAllocations(live: KubeObject, wanted: JsonObject): JsonObject {
  const spec = objectAt(live, 'spec');
  const names = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'].filter((name) => spec[name] !== undefined);
  if (live.kind === 'Service') return withDefaults(wanted, { spec: Object.fromEntries(names.map((name) => [name, spec[name]])) });
  if (live.kind === 'Job') return withDefaults(wanted, { metadata: { labels: objectAt(spec, 'template', 'metadata', 'labels') }, spec: { selector: spec['selector'], template: { metadata: { labels: objectAt(spec, 'template', 'metadata', 'labels') } } } });
  return wanted;
}

function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) delete merged[name];
    else if (change !== undefined) merged[name] = mergePatch(merged[name], change);
  }
  return merged;
}

