import type { JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { timestamp, type ClusterContext } from '../cluster-context.js';
import { equalJson } from '../json/change-json.js';
import { kubeObjectOf } from '../json/kube-object-of.js';
import { objectAt, stringAt } from '../json/read-json.js';
import { EMPTY_SET } from '../managed-fields/field-set.js';
import { ownersFromJson, ownersToJson } from '../managed-fields/field-owner.js';
import { trackUpdate } from '../managed-fields/track-update.js';
import { apiVersionOf, tableOf, type ResourceType } from '../resources/resource-type.js';
import { createObject } from '../verbs/create-object.js';
import { deleteObject } from '../verbs/delete-object.js';
import { mergePatchObject } from '../verbs/update-object.js';

const WRITER = 'kube-controller-manager';

/** The writes of the cluster's own controllers: by the same verbs as everybody's, under their own field manager. Refusals are let be: the next change tries again. */
export class SimulatorWrites {
  constructor(readonly cluster: ClusterContext) {}

  typeOf(table: string): ResourceType {
    const type = this.cluster.registry.ofTable(table);
    if (type === undefined) throw new Error(`${table} is not built in`);
    return type;
  }

  create(table: string, body: JsonObject): KubeObject | undefined {
    const result = createObject(this.cluster, { type: this.typeOf(table), namespace: stringAt(body, 'metadata', 'namespace') ?? '', name: '', isStatus: false, fieldManager: WRITER, dryRun: false }, body);
    return result.ok ? result.value : undefined;
  }

  patch(table: string, object: KubeObject, patch: JsonObject): void {
    const { name, namespace = '' } = object.metadata;
    mergePatchObject(this.cluster, { type: this.typeOf(table), namespace, name, isStatus: false, fieldManager: WRITER, dryRun: false }, patch);
  }

  remove(table: string, object: KubeObject): void {
    const { name, namespace = '' } = object.metadata;
    deleteObject(this.cluster, { type: this.typeOf(table), namespace, name, propagationPolicy: 'Background', dryRun: false });
  }

  /** Sets the status, and annotations where given, as the controllers do through the status endpoint. Stores only what differs. */
  setStatus(table: string, live: KubeObject, status: JsonObject, annotations: Readonly<Record<string, string>> = {}): void {
    const type = this.typeOf(table);
    const { managedFields, ...metadata } = live.metadata;
    const annotated = Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations: { ...metadata.annotations, ...annotations } };
    const before: JsonObject = { ...live, metadata };
    const after: JsonObject = { ...live, metadata: annotated, status };
    if (equalJson(before, after)) return;
    const writer = { name: WRITER, operation: 'Update' as const, apiVersion: apiVersionOf(type), subresource: 'status' };
    const owners = trackUpdate(type.schema, before, after, ownersFromJson(managedFields ?? []), writer, timestamp(this.cluster.clock), EMPTY_SET);
    this.cluster.store.put(tableOf(type), kubeObjectOf({ ...after, metadata: { ...annotated, managedFields: ownersToJson(owners) } }));
  }

  /** Objects of a table that `owner` controls. */
  dependentsOf(owner: KubeObject, table: string): readonly KubeObject[] {
    const objects = this.cluster.store.list(table, owner.metadata.namespace ?? '');
    return objects.filter((object) => (object.metadata.ownerReferences ?? []).some((reference) => reference['uid'] === owner.metadata.uid && reference['controller'] === true));
  }

  now(): string {
    return timestamp(this.cluster.clock);
  }

  nowMs(): number {
    return this.cluster.clock.now().getTime();
  }
}

export function controllerReference(owner: KubeObject): JsonObject {
  return { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** A pod from a workload's template, controlled by it. */
export function podFromTemplate(owner: KubeObject, name: string, labels: Readonly<Record<string, string>>): JsonObject {
  const template = objectAt(owner, 'spec', 'template');
  const metadata = objectAt(template, 'metadata');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: owner.metadata.namespace, labels: { ...objectAt(metadata, 'labels'), ...labels }, annotations: objectAt(metadata, 'annotations'), ownerReferences: [controllerReference(owner)] },
    spec: objectAt(template, 'spec'),
  };
}
