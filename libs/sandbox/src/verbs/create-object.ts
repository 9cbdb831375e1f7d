import { err, ok, type JsonObject, type Result } from '#kernel';
import type { KubeObject } from '#domain';
import { timestamp, type ClusterContext } from '../cluster-context.js';
import { alreadyExists, invalid, type ApiFailure } from '../http/api-failure.js';
import { kubeObjectOf } from '../json/kube-object-of.js';
import { objectAt, stringAt } from '../json/read-json.js';
import { withAllocations } from '../kinds/allocations.js';
import { withObjectDefaults } from '../kinds/object-defaults.js';
import { validateObject } from '../kinds/validate-object.js';
import { fieldSetOf } from '../managed-fields/field-set-of.js';
import { withoutBranches } from '../managed-fields/field-set.js';
import { ownersToJson, type FieldOwner } from '../managed-fields/field-owner.js';
import { trackUpdate } from '../managed-fields/track-update.js';
import { emptyLike } from '../kinds/empty-like.js';
import { sentForm, typedForm } from '../kinds/typed-form.js';
import { tableOf } from '../resources/resource-type.js';
import { checkBody } from './check-body.js';
import { definitionRefusal, namespaceRefusal } from './check-namespace.js';
import { ownerOf, unownedFields, type WriteTarget } from './write-target.js';

/** Creates an object, as `create` or as the first apply: the two differ in who owns the defaults (the creator, nobody). */
export function createObject(cluster: ClusterContext, target: WriteTarget, body: JsonObject, operation: FieldOwner['operation'] = 'Update'): Result<KubeObject, ApiFailure> {
  const checked = checkBody(target, body, operation === 'Apply');
  if (!checked.ok) return checked;
  if (operation === 'Update' && (stringAt(checked.value, 'metadata', 'resourceVersion') ?? '') !== '') return err({ code: 500, reason: '', message: 'resourceVersion should not be set on objects to be created' });
  const { type, namespace } = target;
  const named = withName(cluster, checked.value);
  const name = stringAt(named, 'metadata', 'name') ?? '';
  const refusal = namespaceRefusal(cluster, type, namespace, name) ?? definitionRefusal(cluster, type, name);
  if (refusal !== undefined) return err(refusal);

  const form = operation === 'Apply' ? typedForm : sentForm;
  const bare = form(type, withoutSystemFields(target, named));
  const filled = withObjectDefaults(type, bare);
  const causes = validateObject(type, filled);
  if (causes.length > 0) return err(invalid(type, name, causes));
  const there = cluster.store.get(tableOf(type), namespace, name);
  if (there !== undefined) return err(alreadyExists(type, name, there.metadata.deletionTimestamp !== undefined));

  const now = timestamp(cluster.clock);
  const identity = ownerOf(target, operation);
  const owners =
    operation === 'Apply'
      ? [{ ...identity, time: now, fields: withoutBranches(fieldSetOf(type.schema, withoutSystemFields(target, named)), unownedFields(target)) }]
      : trackUpdate(type.schema, emptyLike(type, filled), filled, [], identity, now, unownedFields(target));
  const managedFields = ownersToJson(owners);
  const allocated = withAllocations(cluster, type, filled);
  const metadata: JsonObject = {
    ...objectAt(allocated, 'metadata'),
    uid: cluster.ids.uuid(),
    creationTimestamp: now,
    ...(type.hasGeneration ? { generation: 1 } : {}),
    ...(managedFields.length === 0 ? {} : { managedFields }),
  };
  const object = kubeObjectOf({ ...allocated, metadata });
  return ok(target.dryRun ? object : cluster.store.put(tableOf(type), object));
}

/** The object without what only the server says: system metadata, and the status where that has an endpoint of its own. */
function withoutSystemFields(target: WriteTarget, object: JsonObject): JsonObject {
  const { uid: _uid, resourceVersion: _version, generation: _generation, creationTimestamp: _created, deletionTimestamp: _deleted, managedFields: _owners, selfLink: _link, ...metadata } = objectAt(object, 'metadata');
  const { status, ...rest } = object;
  return { ...rest, metadata, ...(target.type.hasStatus || status === undefined ? {} : { status }) };
}

function withName(cluster: ClusterContext, object: JsonObject): JsonObject {
  const prefix = stringAt(object, 'metadata', 'generateName') ?? '';
  if (prefix === '' || (stringAt(object, 'metadata', 'name') ?? '') !== '') return object;
  return { ...object, metadata: { ...objectAt(object, 'metadata'), name: `${prefix}${cluster.ids.uuid().slice(-5)}` } };
}
