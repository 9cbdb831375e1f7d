import { err, ok, type JsonObject, type Result } from '#kernel';
import type { KubeObject } from '#domain';
import { timestamp, type ClusterContext } from '../cluster-context.js';
import { conflict, notFound, type ApiFailure } from '../http/api-failure.js';
import { equalJson } from '../json/change-json.js';
import { kubeObjectOf } from '../json/kube-object-of.js';
import { listAt, objectAt, stringAt } from '../json/read-json.js';
import { tableOf, type ResourceType } from '../resources/resource-type.js';

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteTarget {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Undefined: what an earlier deletion asked for stands, else dependents go in the background. */
  readonly propagationPolicy: PropagationPolicy | undefined;
  readonly dryRun: boolean;
}

export interface Deletion {
  readonly object: KubeObject;
  /** False: finalizers or content keep it for a while. */
  readonly isGone: boolean;
}

export const FOREGROUND_FINALIZER = 'foregroundDeletion';
export const ORPHAN_FINALIZER = 'orphan';
export const DEFINITION_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** Deletes an object, or marks it for deletion while finalizers (its own, or those that the policy asks for) hold it. */
export function deleteObject(cluster: ClusterContext, target: DeleteTarget): Result<Deletion, ApiFailure> {
  const { type } = target;
  const live = cluster.store.get(tableOf(type), target.namespace, target.name);
  if (live === undefined) return err(notFound(type, target.name));
  const refusal = preconditionFailure(target, live);
  if (refusal !== undefined) return err(refusal);

  const isNamespace = type.group === '' && type.kind === 'Namespace';
  const finalizers = finalizersFor(target, live.metadata.finalizers ?? []);
  if (finalizers.length === 0 && !isNamespace) {
    return ok({ object: target.dryRun ? live : cluster.store.remove(tableOf(type), live), isGone: true });
  }
  if (live.metadata.deletionTimestamp !== undefined) {
    const again = kubeObjectOf({ ...live, metadata: { ...live.metadata, finalizers } });
    return ok({ object: target.dryRun || equalJson(again, live) ? again : cluster.store.put(tableOf(type), again), isGone: false });
  }
  const marked = withDeletionMark(cluster, live, finalizers, isNamespace ? { status: { ...objectAt(live, 'status'), phase: 'Terminating' } } : isDefinition(type) ? terminating(cluster, live, 'InstanceDeletionPending') : {});
  return ok({ object: target.dryRun ? marked : cluster.store.put(tableOf(type), marked), isGone: false });
}

function preconditionFailure(target: DeleteTarget, live: KubeObject): ApiFailure | undefined {
  const { uid, resourceVersion } = live.metadata;
  if (target.uid !== undefined && target.uid !== uid) {
    return conflict(target.type, target.name, `Precondition failed: UID in precondition: ${target.uid}, UID in object meta: ${uid ?? ''}`);
  }
  if (target.resourceVersion !== undefined && target.resourceVersion !== resourceVersion) {
    return conflict(target.type, target.name, `Precondition failed: ResourceVersion in precondition: ${target.resourceVersion}, ResourceVersion in object meta: ${resourceVersion ?? ''}`);
  }
  return undefined;
}

/** The finalizers that hold the object from now on: its own, and those that the policy stands for, in place of an earlier policy's. */
function finalizersFor(target: DeleteTarget, held: readonly string[]): readonly string[] {
  const isSaid = held.some((finalizer) => finalizer === FOREGROUND_FINALIZER || finalizer === ORPHAN_FINALIZER);
  const policy = target.propagationPolicy ?? (isOrphaning(target.type) && !isSaid ? 'Orphan' : undefined);
  const byPolicy = policy === undefined ? [] : { Background: [], Foreground: [FOREGROUND_FINALIZER], Orphan: [ORPHAN_FINALIZER] }[policy];
  const own = policy === undefined ? held : held.filter((finalizer) => finalizer !== FOREGROUND_FINALIZER && finalizer !== ORPHAN_FINALIZER);
  return [...new Set([...own, ...byPolicy, ...(isDefinition(target.type) ? [DEFINITION_FINALIZER] : [])])];
}

function isDefinition(type: ResourceType): boolean {
  return type.group === 'apiextensions.k8s.io';
}

/** The status of a definition whose objects are going to be, or are being deleted. */
export function terminating(cluster: ClusterContext, definition: KubeObject, reason: 'InstanceDeletionPending' | 'InstanceDeletionInProgress'): JsonObject {
  const message = reason === 'InstanceDeletionPending' ? 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon' : 'CustomResource deletion is in progress';
  const others = listAt(definition, 'status', 'conditions').filter((condition) => stringAt(condition, 'type') !== 'Terminating');
  return { status: { ...objectAt(definition, 'status'), conditions: [...others, { type: 'Terminating', status: 'True', reason, message, lastTransitionTime: timestamp(cluster.clock) }] } };
}

/** Deletions of Jobs leave their pods, unless they say otherwise: the default of old, which `batch/v1` keeps. */
function isOrphaning(type: ResourceType): boolean {
  return type.group === 'batch' && type.kind === 'Job';
}

function withDeletionMark(cluster: ClusterContext, live: KubeObject, finalizers: readonly string[], more: JsonObject): KubeObject {
  const { generation } = live.metadata;
  const metadata = {
    ...live.metadata,
    ...(finalizers.length === 0 ? {} : { finalizers }),
    deletionTimestamp: timestamp(cluster.clock),
    ...(live.kind === 'CustomResourceDefinition' ? {} : { ...(generation === undefined ? {} : { generation: generation + 1 }), deletionGracePeriodSeconds: 0 }),
  };
  return kubeObjectOf({ ...live, ...more, metadata });
}
