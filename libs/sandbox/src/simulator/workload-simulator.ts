import { parseApiVersion, type KubeObject } from '#domain';
import type { Controller, Work } from '../lifecycle/controller-loop.js';
import { listAt, stringAt } from '../json/read-json.js';
import type { Change } from '../store/change-log.js';
import { releaseClaim, releaseVolume, runClaim } from './run-claim.js';
import { runDaemonSet, runStatefulSet } from './run-named-pods.js';
import { runDeployment, type Progress } from './run-deployment.js';
import { runJob } from './run-job.js';
import { runPod } from './run-pod.js';
import { runReplicaSet } from './run-replica-set.js';
import type { SimulatorSettings } from './simulator-settings.js';
import type { SimulatorWrites } from './simulator-writes.js';

type Runner = (object: KubeObject) => number | undefined;

const TABLE_OF_OWNER: Readonly<Record<string, string>> = {
  'apps/Deployment': 'apps/deployments',
  'apps/ReplicaSet': 'apps/replicasets',
  'apps/StatefulSet': 'apps/statefulsets',
  'apps/DaemonSet': 'apps/daemonsets',
  'batch/Job': 'batch/jobs',
};

/** Plays the controllers and nodes of a cluster, so that workloads come up (or do not) without anything running. */
export class WorkloadSimulator implements Controller {
  private readonly runners: Readonly<Record<string, Runner>>;
  /** What is done for objects that are being deleted. */
  private readonly releasers: Readonly<Record<string, Runner>>;
  /** When pods and claims were first seen, and how Deployments get on; both only for objects that are there. */
  private readonly firstSeenMs = new Map<string, number>();
  private readonly progress = new Map<string, Progress>();

  constructor(
    private readonly writes: SimulatorWrites,
    settings: SimulatorSettings,
  ) {
    this.releasers = { '/persistentvolumeclaims': (claim) => releaseClaim(writes, claim), '/persistentvolumes': (volume) => releaseVolume(writes, volume) };
    this.runners = {
      '/pods': (pod) => runPod(writes, settings, this.ageMs(pod), pod),
      '/persistentvolumeclaims': (claim) => runClaim(writes, settings.readyAfterMs, this.ageMs(claim), claim),
      '/services': (service) => runService(writes, service),
      'apps/replicasets': (set) => runReplicaSet(writes, set),
      'apps/deployments': (deployment) => runDeployment(writes, settings, this.progress, deployment),
      'apps/statefulsets': (set) => runStatefulSet(writes, set),
      'apps/daemonsets': (set) => runDaemonSet(writes, settings, set),
      'batch/jobs': (job) => runJob(writes, job),
    };
  }

  workFor(change: Change): readonly Work[] {
    const { object, table, type } = change;
    const uid = object.metadata.uid ?? '';
    if (type === 'DELETED') {
      this.firstSeenMs.delete(uid);
      this.progress.delete(uid);
    }
    const namespace = object.metadata.namespace ?? '';
    const owners = (object.metadata.ownerReferences ?? []).flatMap((reference) => {
      const owner = TABLE_OF_OWNER[`${parseApiVersion(stringAt(reference, 'apiVersion') ?? '').group}/${stringAt(reference, 'kind') ?? ''}`];
      return owner === undefined ? [] : [this.work(owner, namespace, stringAt(reference, 'name') ?? '')];
    });
    if (type === 'DELETED') return [...owners, ...this.freedBy(change)];
    const isActedOn = this.runners[table] !== undefined || this.releasers[table] !== undefined;
    return isActedOn ? [this.work(table, namespace, object.metadata.name), ...owners] : owners;
  }

  private work(table: string, namespace: string, name: string): Work {
    return {
      id: `simulate/${table}/${namespace}/${name}`,
      run: () => {
        const object = this.writes.cluster.store.get(table, namespace, name);
        if (object === undefined) return undefined;
        return object.metadata.deletionTimestamp === undefined ? this.runners[table]?.(object) : this.releasers[table]?.(object);
      },
    };
  }

  /** A pod frees its claims, a claim its volume. */
  private freedBy({ table, object }: Change): readonly Work[] {
    const namespace = object.metadata.namespace ?? '';
    if (table === '/persistentvolumeclaims') return [this.work('/persistentvolumes', '', stringAt(object, 'spec', 'volumeName') ?? '')];
    if (table !== '/pods') return [];
    const claims = listAt(object, 'spec', 'volumes').map((volume) => stringAt(volume, 'persistentVolumeClaim', 'claimName'));
    return claims.filter((claim) => claim !== undefined).map((claim) => this.work('/persistentvolumeclaims', namespace, claim));
  }

  private ageMs(object: KubeObject): number {
    const uid = object.metadata.uid ?? '';
    const now = this.writes.nowMs();
    const first = this.firstSeenMs.get(uid) ?? now;
    this.firstSeenMs.set(uid, first);
    return now - first;
  }
}

/** A load balancer gets its address at once. */
function runService(writes: SimulatorWrites, service: KubeObject): undefined {
  if (stringAt(service, 'spec', 'type') === 'LoadBalancer') writes.setStatus('/services', service, { loadBalancer: { ingress: [{ ip: '198.51.100.1', ipMode: 'VIP' }] } });
}
