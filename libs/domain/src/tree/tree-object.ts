import { fieldOf, listOf, numberOf, textOf } from '../json/read-json.js';
import { objectRefOf, parseApiVersion, type KubeObject, type ObjectRef } from '../object/kube-object.js';
import { healthOf } from '../health/health-of.js';
import type { Health } from '../health/health.types.js';

export interface PodState {
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** Names, those of init containers last. */
  readonly containers: readonly string[];
}

/** An owner as an object names it. */
export interface OwnerRef {
  readonly uid: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** What a resource tree keeps of one object: little, so that a large namespace costs little. */
export interface TreeObject extends Health {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly owners: readonly OwnerRef[];
  /** RFC 3339, as the server wrote it. */
  readonly createdAt: string | undefined;
  /** One or two words, as kubectl says it: `2/3 ready`, `Running`, `CrashLoopBackOff`. */
  readonly status: string;
  readonly pod: PodState | undefined;
}

/** Pure. undefined for an object without a UID, which the server never sends. */
export function treeObjectOf(object: KubeObject, now: Date): TreeObject | undefined {
  const { uid } = object.metadata;
  if (uid === undefined) return undefined;
  const pod = isPod(object) ? podStateOf(object) : undefined;
  return { ...healthOf(object, now), ref: objectRefOf(object), uid, owners: ownersOf(object), createdAt: textOf(object, 'metadata', 'creationTimestamp'), status: statusOf(object), pod };
}

export function ownersOf(object: KubeObject): readonly OwnerRef[] {
  return (object.metadata.ownerReferences ?? []).flatMap((owner) => {
    const [uid, apiVersion, kind, name] = ['uid', 'apiVersion', 'kind', 'name'].map((member) => textOf(owner, member));
    return uid === undefined || apiVersion === undefined || kind === undefined || name === undefined ? [] : [{ uid, apiVersion, kind, name }];
  });
}

function isPod({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'Pod' && parseApiVersion(apiVersion).group === '';
}

function podStateOf(pod: KubeObject): PodState {
  const statuses = listOf(pod, 'status', 'containerStatuses');
  const names = ['containers', 'initContainers'].flatMap((list) => listOf(pod, 'spec', list).flatMap((container) => textOf(container, 'name') ?? []));
  return {
    ready: statuses.filter((status) => fieldOf(status, 'ready') === true).length,
    total: listOf(pod, 'spec', 'containers').length,
    restarts: statuses.reduce<number>((sum, status) => sum + (numberOf(status, 'restartCount') ?? 0), 0),
    containers: names,
  };
}

function statusOf(object: KubeObject): string {
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const { group } = parseApiVersion(object.apiVersion);
  switch (`${group}/${object.kind}`) {
    case '/Pod':
      return podStatusOf(object);
    case 'apps/Deployment':
    case 'apps/StatefulSet':
    case 'apps/ReplicaSet':
    case '/ReplicationController':
      return `${numberOf(object, 'status', 'readyReplicas') ?? 0}/${numberOf(object, 'spec', 'replicas') ?? 1} ready`;
    case 'apps/DaemonSet':
      return `${numberOf(object, 'status', 'numberReady') ?? 0}/${numberOf(object, 'status', 'desiredNumberScheduled') ?? 0} ready`;
    case 'batch/Job':
      return `${numberOf(object, 'status', 'succeeded') ?? 0}/${numberOf(object, 'spec', 'completions') ?? 1} done`;
    case 'batch/CronJob':
      return fieldOf(object, 'spec', 'suspend') === true ? 'Suspended' : `${listOf(object, 'status', 'active').length} active`;
    default:
      return (textOf(object, 'status', 'phase') ?? '').slice(0, 63);
  }
}

/** The reason of the first container that does not run, else what the pod says of itself. */
function podStatusOf(pod: KubeObject): string {
  const statuses = [...listOf(pod, 'status', 'initContainerStatuses'), ...listOf(pod, 'status', 'containerStatuses')];
  const stuck = statuses.flatMap((status) => textOf(status, 'state', 'waiting', 'reason') ?? failedReason(status)).at(0);
  const said = textOf(pod, 'status', 'reason') ?? stuck ?? textOf(pod, 'status', 'phase') ?? 'Pending';
  return (said === 'Succeeded' ? 'Completed' : said).slice(0, 63);
}

function failedReason(status: Parameters<typeof textOf>[0]): readonly string[] {
  const exitCode = numberOf(status, 'state', 'terminated', 'exitCode');
  return exitCode === undefined || exitCode === 0 ? [] : [textOf(status, 'state', 'terminated', 'reason') ?? 'Error'];
}
