import type { ObjectRef } from '../object/kube-object.js';

/** A kind and the version in which its status is read. */
export interface ListedKind {
  readonly group: string;
  readonly kind: string;
  readonly apiVersion: string;
}

const kind = (apiVersion: string, name: string): ListedKind => ({ apiVersion, kind: name, group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '' });
const POD = kind('v1', 'Pod');
const REPLICA_SET = kind('apps/v1', 'ReplicaSet');
const JOB = kind('batch/v1', 'Job');
const DEPLOYMENT = kind('apps/v1', 'Deployment');
const STATEFUL_SET = kind('apps/v1', 'StatefulSet');
const DAEMON_SET = kind('apps/v1', 'DaemonSet');
const CRON_JOB = kind('batch/v1', 'CronJob');

const WORKLOADS: ReadonlyMap<string, readonly ListedKind[]> = new Map([
  ['apps/Deployment', [DEPLOYMENT, REPLICA_SET, POD]],
  ['apps/ReplicaSet', [REPLICA_SET, POD]],
  ['apps/StatefulSet', [STATEFUL_SET, POD]],
  ['apps/DaemonSet', [DAEMON_SET, POD]],
  ['batch/CronJob', [CRON_JOB, JOB, POD]],
  ['batch/Job', [JOB, POD]],
  ['/Pod', [POD]],
  ['/ReplicationController', [POD]],
]);
const EVERY_WORKLOAD: readonly ListedKind[] = [DEPLOYMENT, STATEFUL_SET, DAEMON_SET, CRON_JOB, JOB, REPLICA_SET, POD];

/** API groups of Kubernetes itself: what is no workload there owns none. Others end in a domain of somebody. */
function isOfKubernetes(group: string): boolean {
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/**
 * The kinds to list in an object's namespace to find it and what it owns. An object of a custom kind may own any workload. Secrets are never among
 * them, and an object without a namespace owns nothing that is looked for: it would take a look into every namespace. Pure.
 */
export function kindsBelow({ group, kind: name, namespace }: ObjectRef): readonly ListedKind[] {
  if (namespace === '') return [];
  return WORKLOADS.get(`${group}/${name}`) ?? (isOfKubernetes(group) ? [] : EVERY_WORKLOAD);
}

/** Whether an object may have owners between it and the inventory that only their own references tell. */
export function mayOwnCustomKinds({ group, namespace }: ObjectRef): boolean {
  return namespace !== '' && !isOfKubernetes(group);
}
