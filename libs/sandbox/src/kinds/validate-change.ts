import type { JsonObject } from '#kernel';
import { equalJson, withAt } from '../json/change-json.js';
import { at, objectAt, stringAt, stringsAt } from '../json/read-json.js';
import type { ResourceType } from '../resources/resource-type.js';
import { forbiddenField, invalidValue, type FieldCause } from './field-cause.js';

/** Fields that keep their value once the object is there, by kind. */
const FIXED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'apps/Deployment': [['spec', 'selector']],
  'apps/ReplicaSet': [['spec', 'selector']],
  'apps/DaemonSet': [['spec', 'selector']],
  'batch/Job': [['spec', 'selector'], ['spec', 'template'], ['spec', 'completions']],
  '/Secret': [['type']],
  'apiextensions.k8s.io/CustomResourceDefinition': [['spec', 'scope'], ['spec', 'group'], ['spec', 'names', 'plural']],
};
/** What of a StatefulSet's spec may change. */
const STATEFUL = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'];

type ChangeCheck = (before: JsonObject, after: JsonObject) => readonly FieldCause[];

const CHECKS: Readonly<Record<string, ChangeCheck>> = {
  '/ConfigMap': lockedData,
  '/Secret': lockedData,
  '/Service': keptAddress,
  '/PersistentVolumeClaim': (before, after) => {
    const isBound = stringAt(before, 'status', 'phase') === 'Bound';
    const spec = (object: JsonObject): JsonObject => withAt(withAt(objectAt(object, 'spec'), ['volumeName'], undefined), ['resources'], isBound ? undefined : objectAt(object, 'spec')['resources']);
    return equalJson(spec(before), spec(after)) ? [] : [forbiddenField('spec', 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims')];
  },
  'apps/StatefulSet': (before, after) => {
    const rest = (object: JsonObject): JsonObject => Object.fromEntries(Object.entries(objectAt(object, 'spec')).filter(([name]) => !STATEFUL.includes(name)));
    const said = STATEFUL.slice(0, -1).map((name) => `'${name}'`).join(', ');
    return equalJson(rest(before), rest(after)) ? [] : [forbiddenField('spec', `updates to statefulset spec for fields other than ${said} and 'minReadySeconds' are forbidden`)];
  },
};

/** What of a change is not allowed, whatever the object becomes by it. */
export function validateChange(type: ResourceType, before: JsonObject, after: JsonObject): readonly FieldCause[] {
  const kind = `${type.group}/${type.kind}`;
  const late = newFinalizers(before, after);
  if (late !== undefined) return [late];
  const changed = (FIXED[kind] ?? []).filter((path) => !equalJson(at(before, ...path), at(after, ...path)));
  const causes = [...changed.map((path) => invalidValue(path.join('.'), at(after, ...path), 'field is immutable')), ...(CHECKS[kind]?.(before, after) ?? [])];
  const isBinding = kind.startsWith('rbac.') && before['roleRef'] !== undefined;
  return isBinding && !equalJson(before['roleRef'], after['roleRef']) ? [...causes, invalidValue('roleRef', after['roleRef'], 'cannot change roleRef')] : causes;
}

/** A deletion that has begun waits for the finalizers that were there then. */
function newFinalizers(before: JsonObject, after: JsonObject): FieldCause | undefined {
  if (at(before, 'metadata', 'deletionTimestamp') === undefined) return undefined;
  const held = stringsAt(before, 'metadata', 'finalizers');
  const added = stringsAt(after, 'metadata', 'finalizers').filter((finalizer) => !held.includes(finalizer));
  return added.length === 0 ? undefined : forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`);
}

function lockedData(before: JsonObject, after: JsonObject): readonly FieldCause[] {
  if (before['immutable'] !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  const changed = ['data', 'binaryData'].filter((field) => !equalJson(before[field], after[field]));
  return [...(after['immutable'] === true ? [] : [forbiddenField('immutable', why)]), ...changed.map((field) => forbiddenField(field, why))];
}

function keptAddress(before: JsonObject, after: JsonObject): readonly FieldCause[] {
  const [old, now] = [stringAt(before, 'spec', 'clusterIP') ?? '', stringAt(after, 'spec', 'clusterIP') ?? ''];
  const isFree = old === '' || stringAt(before, 'spec', 'type') === 'ExternalName' || stringAt(after, 'spec', 'type') === 'ExternalName';
  return isFree || old === now ? [] : [invalidValue('spec.clusterIPs[0]', [now], 'may not change once set')];
}
