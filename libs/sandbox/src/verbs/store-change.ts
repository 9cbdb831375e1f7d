import { err, ok, type JsonObject, type Result } from '#kernel';
import type { KubeObject } from '#domain';
import type { ClusterContext } from '../cluster-context.js';
import { invalid, type ApiFailure } from '../http/api-failure.js';
import { equalJson, withAt } from '../json/change-json.js';
import { kubeObjectOf } from '../json/kube-object-of.js';
import { objectAt, stringsAt } from '../json/read-json.js';
import { storageVersions } from '../kinds/object-defaults.js';
import { validateChange } from '../kinds/validate-change.js';
import { validateObject } from '../kinds/validate-object.js';
import { customForm } from '../kinds/custom-schema.js';
import { ownersToJson, type FieldOwner } from '../managed-fields/field-owner.js';
import { tableOf, type ResourceType } from '../resources/resource-type.js';
import type { WriteTarget } from './write-target.js';

const KEPT = ['name', 'namespace', 'uid', 'creationTimestamp', 'generation', 'resourceVersion', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generateName'];

/**
 * The last steps of every change of an existing object: what the server alone decides is kept from `live`, the result is
 * validated, the generation counts, and it is stored unless nothing but times would change or this is a dry run.
 */
export function storeChange(cluster: ClusterContext, target: WriteTarget, live: KubeObject, wanted: JsonObject, owners: readonly FieldOwner[]): Result<KubeObject, ApiFailure> {
  const { type } = target;
  const metadata: JsonObject = { ...objectAt(wanted, 'metadata'), ...systemMetadata(live) };
  const restored: JsonObject = { ...(target.isStatus ? { ...live, status: wanted['status'] } : { ...wanted, ...(type.hasStatus ? { status: live['status'] } : {}) }) };
  const shaped = withoutUndefined({ ...restored, apiVersion: wanted['apiVersion'], kind: type.kind, metadata: target.isStatus ? { ...live.metadata } : metadata });
  const kept = type.custom === undefined ? withStoredVersions(type, shaped) : customForm(type.custom, shaped);

  const causes = [...validateObject(type, kept, live), ...validateChange(type, live, kept)];
  if (causes.length > 0) return err(invalid(type, target.name, causes));

  const generation = nextGeneration(type, live, kept);
  const entries = ownersToJson(owners);
  const managedFields = isSameButTimes(entries, live.metadata.managedFields ?? []) ? live.metadata.managedFields : entries;
  const { managedFields: _old, ...bare } = objectAt(kept, 'metadata');
  const owned = managedFields === undefined || managedFields.length === 0 ? {} : { managedFields };
  const object = kubeObjectOf({ ...kept, metadata: { ...bare, ...(generation === undefined ? {} : { generation }), ...owned } });
  if (equalJson(object, live) || target.dryRun) return ok(object);
  return ok(putOrRemove(cluster, type, object));
}

/** Stores the object, or removes it when it was being deleted and its last finalizer has gone. */
export function putOrRemove(cluster: ClusterContext, type: ResourceType, object: KubeObject): KubeObject {
  const { deletionTimestamp, finalizers } = object.metadata;
  const isDone = deletionTimestamp !== undefined && (finalizers ?? []).length === 0 && !(type.group === '' && type.kind === 'Namespace');
  return isDone ? cluster.store.remove(tableOf(type), object) : cluster.store.put(tableOf(type), object);
}

/** A definition remembers every version that objects may be stored in. */
function withStoredVersions(type: ResourceType, object: JsonObject): JsonObject {
  if (type.kind !== 'CustomResourceDefinition') return object;
  const versions = new Set([...stringsAt(object, 'status', 'storedVersions'), ...storageVersions(object)]);
  return withAt(object, ['status', 'storedVersions'], [...versions]);
}

function systemMetadata(live: KubeObject): JsonObject {
  return Object.fromEntries(KEPT.filter((name) => live.metadata[name] !== undefined).map((name) => [name, live.metadata[name]]));
}

function withoutUndefined(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function nextGeneration(type: ResourceType, live: KubeObject, after: JsonObject): number | undefined {
  const generation = live.metadata.generation;
  if (!type.hasGeneration || generation === undefined) return generation;
  const isAnnotated = type.group === 'apps' && type.kind === 'Deployment' && !equalJson(live.metadata.annotations ?? {}, objectAt(after, 'metadata', 'annotations'));
  const isChanged = type.isCustom ? !equalJson(customContent(type, live), customContent(type, after)) : !equalJson(desired(live), desired(after));
  return isChanged || isAnnotated ? generation + 1 : generation;
}

function desired(object: JsonObject): JsonObject {
  const { metadata: _metadata, status: _status, ...rest } = object;
  return rest;
}

function customContent(type: ResourceType, object: JsonObject): JsonObject {
  return type.hasStatus ? desired(object) : { ...desired(object), status: object['status'] };
}

function isSameButTimes(left: readonly JsonObject[], right: KubeObject['metadata']['managedFields'] & object): boolean {
  const timeless = (entry: unknown): JsonObject => {
    const { time: _time, ...rest } = objectAt({ entry: isJsonObject(entry) ? entry : {} }, 'entry');
    return rest;
  };
  return left.length === right.length && equalJson(left.map(timeless), right.map(timeless));
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
