import type { JsonObject } from '#kernel';
import { parseApiVersion, type KubeObject } from '#domain';
import { timestamp, type ClusterContext } from '../cluster-context.js';
import { withAt } from '../json/change-json.js';
import { kubeObjectOf } from '../json/kube-object-of.js';
import { stringAt } from '../json/read-json.js';
import { ownersFromJson, ownersToJson } from '../managed-fields/field-owner.js';
import { trackUpdate } from '../managed-fields/track-update.js';
import { tableOf, type ResourceType } from '../resources/resource-type.js';
import type { Change } from '../store/change-log.js';
import { deleteObject, FOREGROUND_FINALIZER, ORPHAN_FINALIZER, type PropagationPolicy } from '../verbs/delete-object.js';
import { putOrRemove } from '../verbs/store-change.js';
import { ownable } from '../verbs/update-object.js';
import { ownerOf, unownedFields } from '../verbs/write-target.js';
import type { Controller, Work } from './controller-loop.js';

const COLLECTOR = 'kube-controller-manager';

interface Placed {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

/** Follows owner references: dependents go after their last owner (Background), before it (Foreground), or are let go (Orphan). */
export class GarbageCollector implements Controller {
  constructor(private readonly cluster: ClusterContext) {}

  workFor(change: Change): readonly Work[] {
    const { object, table } = change;
    const uid = object.metadata.uid ?? '';
    if (change.type === 'DELETED') return [{ id: `gc/${uid}`, run: () => this.collectAfter(uid) }, ...this.ownersOf(object).map((owner) => this.finish(owner))];
    const mine = object.metadata.deletionTimestamp === undefined ? [] : [this.finishAt(table, object)];
    const isNewDependent = change.type === 'ADDED' && (object.metadata.ownerReferences ?? []).length > 0;
    return isNewDependent ? [...mine, { id: `gc-new/${uid}`, run: () => this.collectOrphanOf(table, object) }] : mine;
  }

  /** The owner is gone: dependents lose the reference, and go themselves when it was the last one. */
  private collectAfter(ownerUid: string): undefined {
    for (const dependent of this.dependentsOf(ownerUid)) {
      this.releaseFrom(dependent, ownerUid);
    }
  }

  /** A dependent of what goes, or has gone, goes too when no other owner is left: before its own dependents, or after them in turn. */
  private releaseFrom(dependent: Placed, ownerUid: string): void {
    const { metadata } = dependent.object;
    const others = (metadata.ownerReferences ?? []).filter((reference) => reference['uid'] !== ownerUid);
    const isKept = others.some((reference) => {
      const owner = this.locate(reference, metadata.namespace ?? '');
      if (owner === undefined || owner === 'unknown kind') return owner !== undefined;
      return owner.object.metadata.uid === reference['uid'] && !(owner.object.metadata.finalizers ?? []).includes(FOREGROUND_FINALIZER);
    });
    const isOwner = this.dependentsOf(metadata.uid ?? '').length > 0;
    if (isKept) this.store(dependent, others);
    else this.remove(dependent, isOwner && this.isInForeground(ownerUid) ? 'Foreground' : 'Background');
  }

  private isInForeground(uid: string): boolean {
    return this.cluster.store.tableNames().some((table) => this.cluster.store.list(table).some((object) => object.metadata.uid === uid && (object.metadata.finalizers ?? []).includes(FOREGROUND_FINALIZER)));
  }

  /** A dependent that came after its owner had gone. Owners of kinds that are not served are taken to be there. */
  private collectOrphanOf(table: string, seen: KubeObject): undefined {
    const object = this.cluster.store.get(table, seen.metadata.namespace ?? '', seen.metadata.name);
    const type = this.cluster.registry.ofTable(table);
    if (object === undefined || type === undefined || object.metadata.uid !== seen.metadata.uid) return;
    const isAnyThere = (object.metadata.ownerReferences ?? []).some((reference) => {
      const owner = this.locate(reference, object.metadata.namespace ?? '');
      return owner === 'unknown kind' || owner?.object.metadata.uid === reference['uid'];
    });
    if (!isAnyThere) this.remove({ type, object });
  }

  private finish(owner: Placed): Work {
    return this.finishAt(tableOf(owner.type), owner.object);
  }

  private finishAt(table: string, seen: KubeObject): Work {
    return { id: `gc-finish/${seen.metadata.uid ?? ''}`, run: () => this.finishDeletion(table, seen) };
  }

  /** Does what the finalizers of the deletion policy stand for, then takes them off. */
  private finishDeletion(table: string, seen: KubeObject): undefined {
    const object = this.cluster.store.get(table, seen.metadata.namespace ?? '', seen.metadata.name);
    const type = this.cluster.registry.ofTable(table);
    if (object === undefined || type === undefined || object.metadata.uid !== seen.metadata.uid || object.metadata.deletionTimestamp === undefined) return;
    const finalizers = object.metadata.finalizers ?? [];
    const uid = object.metadata.uid ?? '';
    const done: string[] = [];
    if (finalizers.includes(ORPHAN_FINALIZER)) {
      for (const dependent of this.dependentsOf(uid)) this.store(dependent, (dependent.object.metadata.ownerReferences ?? []).filter((reference) => reference['uid'] !== uid));
      done.push(ORPHAN_FINALIZER);
    }
    if (finalizers.includes(FOREGROUND_FINALIZER)) {
      for (const dependent of this.dependentsOf(uid)) this.releaseFrom(dependent, uid);
      if (!this.dependentsOf(uid).some((dependent) => isBlocking(dependent.object, uid))) done.push(FOREGROUND_FINALIZER);
    }
    if (done.length === 0) return;
    const left = finalizers.filter((finalizer) => !done.includes(finalizer));
    putOrRemove(this.cluster, type, kubeObjectOf(withAt(object, ['metadata', 'finalizers'], left.length === 0 ? undefined : left)));
  }

  private dependentsOf(uid: string): readonly Placed[] {
    return this.cluster.store.tableNames().flatMap((table) => {
      const type = this.cluster.registry.ofTable(table);
      if (type === undefined) return [];
      const objects = this.cluster.store.list(table).filter((object) => (object.metadata.ownerReferences ?? []).some((reference) => reference['uid'] === uid));
      return objects.map((object) => ({ type, object }));
    });
  }

  private ownersOf(object: KubeObject): readonly Placed[] {
    const found = (object.metadata.ownerReferences ?? []).map((reference) => this.locate(reference, object.metadata.namespace ?? ''));
    return found.filter((owner) => owner !== undefined && owner !== 'unknown kind');
  }

  private locate(reference: JsonObject, namespace: string): Placed | 'unknown kind' | undefined {
    const type = this.cluster.registry.ofKind(parseApiVersion(stringAt(reference, 'apiVersion') ?? '').group, stringAt(reference, 'kind') ?? '');
    if (type === undefined) return 'unknown kind';
    const object = this.cluster.store.get(tableOf(type), type.isNamespaced ? namespace : '', stringAt(reference, 'name') ?? '');
    return object === undefined ? undefined : { type, object };
  }

  private remove({ type, object }: Placed, propagationPolicy: PropagationPolicy = 'Background'): void {
    if (object.metadata.deletionTimestamp !== undefined) return;
    deleteObject(this.cluster, { type, namespace: object.metadata.namespace ?? '', name: object.metadata.name, propagationPolicy, dryRun: false });
  }

  private store({ type, object }: Placed, references: readonly JsonObject[]): void {
    const left = withAt(object, ['metadata', 'ownerReferences'], references.length === 0 ? undefined : references);
    const target = { type, namespace: object.metadata.namespace ?? '', name: object.metadata.name, isStatus: false, fieldManager: COLLECTOR, dryRun: false };
    const owners = trackUpdate(type.schema, ownable(object), ownable(left), ownersFromJson(object.metadata.managedFields ?? []), ownerOf(target, 'Update'), timestamp(this.cluster.clock), unownedFields(target));
    const managedFields = ownersToJson(owners);
    putOrRemove(this.cluster, type, kubeObjectOf(withAt(left, ['metadata', 'managedFields'], managedFields.length === 0 ? undefined : managedFields)));
  }
}

function isBlocking(object: KubeObject, ownerUid: string): boolean {
  return (object.metadata.ownerReferences ?? []).some((reference) => reference['uid'] === ownerUid && reference['blockOwnerDeletion'] === true);
}
