import { describe, expect, it } from '@jest/globals';
import { silentLog, type JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { countingIds, ManualTimers } from '#testing';
import type { ClusterContext } from '../cluster-context.js';
import { at, isObject, listAt, stringAt } from '../json/read-json.js';
import { ControllerLoop } from '../lifecycle/controller-loop.js';
import { GarbageCollector } from '../lifecycle/garbage-collector.js';
import { seedObjects } from '../lifecycle/seed-objects.js';
import { BUILTIN_RESOURCES } from '../resources/builtin-resources.js';
import { ResourceRegistry } from '../resources/resource-registry.js';
import { ObjectStore } from '../store/object-store.js';
import { DEFAULT_SIMULATOR } from './simulator-settings.js';
import { SimulatorWrites } from './simulator-writes.js';
import { PodLogs } from '../logs/pod-logs.js';
import { WorkloadSimulator } from './workload-simulator.js';

/** A cluster without its network, whose time moves only when told. */
class QuietCluster {
  readonly timers = new ManualTimers();
  readonly store = new ObjectStore(1_000);
  readonly writes: SimulatorWrites;

  constructor() {
    const context: ClusterContext = { store: this.store, registry: new ResourceRegistry(BUILTIN_RESOURCES), logs: new PodLogs(), clock: this.timers.clock, ids: countingIds() };
    this.writes = new SimulatorWrites(context);
    const simulator = new WorkloadSimulator(this.writes, { ...DEFAULT_SIMULATOR, readyAfterMs: 100, progressDeadlineMs: 1_000, jobRunsMs: 50, nodes: ['a', 'b'] });
    new ControllerLoop(this.store.log, [simulator, new GarbageCollector(context)], this.timers, silentLog);
    seedObjects(context, ['a', 'b'], 'v1.36.3');
  }

  get(table: string, name: string): KubeObject {
    const found = this.store.get(table, 'default', name);
    if (found === undefined) throw new Error(`no ${table} ${name}`);
    return found;
  }

  pods(): readonly KubeObject[] {
    return this.store.list('/pods', 'default');
  }

  apply(table: string, apiVersion: string, kind: string, spec: JsonObject): void {
    this.writes.create(table, { apiVersion, kind, metadata: { name: 'web', namespace: 'default' }, spec });
  }
}

const template = (image: string, more: JsonObject = {}): JsonObject => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image }], ...more } });
const workload = (image: string, more: JsonObject = {}): JsonObject => ({ selector: { matchLabels: { app: 'web' } }, template: template(image), ...more });

function condition(object: KubeObject, type: string): readonly (string | undefined)[] {
  const found = listAt(object, 'status', 'conditions').find((one) => isObject(one) && one['type'] === type);
  return [stringAt(found, 'status'), stringAt(found, 'reason')];
}

describe('WorkloadSimulator', () => {
  it('brings a Deployment up after its time, through a ReplicaSet and pods', async () => {
    const cluster = new QuietCluster();
    cluster.apply('apps/deployments', 'apps/v1', 'Deployment', workload('web:1', { replicas: 2 }));
    await cluster.timers.advance(50);
    expect(condition(cluster.get('apps/deployments', 'web'), 'Available')).toEqual(['False', 'MinimumReplicasUnavailable']);
    expect(cluster.pods().map((pod) => at(pod, 'status', 'phase'))).toEqual(['Pending', 'Pending']);
    await cluster.timers.advance(200);
    expect(cluster.get('apps/deployments', 'web')).toMatchObject({ metadata: { generation: 1 }, status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 } });
    expect(condition(cluster.get('apps/deployments', 'web'), 'Progressing')).toEqual(['True', 'NewReplicaSetAvailable']);
    expect(cluster.timers.pendingCount).toBe(0);
  });

  it('keeps the old pods while a broken image does not come up, and says so after the deadline', async () => {
    const cluster = new QuietCluster();
    cluster.apply('apps/deployments', 'apps/v1', 'Deployment', workload('web:1'));
    await cluster.timers.advance(300);
    cluster.writes.patch('apps/deployments', cluster.get('apps/deployments', 'web'), { spec: { template: template('web:broken') } });
    await cluster.timers.advance(3_000);
    expect(condition(cluster.get('apps/deployments', 'web'), 'Progressing')).toEqual(['False', 'ProgressDeadlineExceeded']);
    expect(cluster.pods().map((pod) => at(pod, 'status', 'phase')).toSorted()).toEqual(['Pending', 'Running']);
    cluster.writes.patch('apps/deployments', cluster.get('apps/deployments', 'web'), { spec: { template: template('web:2') } });
    await cluster.timers.advance(1_000);
    expect(condition(cluster.get('apps/deployments', 'web'), 'Progressing')).toEqual(['True', 'NewReplicaSetAvailable']);
    expect(cluster.pods()).toHaveLength(1);
  });

  it('follows the number of replicas', async () => {
    const cluster = new QuietCluster();
    cluster.apply('apps/deployments', 'apps/v1', 'Deployment', workload('web:1', { replicas: 3 }));
    await cluster.timers.advance(300);
    cluster.writes.patch('apps/deployments', cluster.get('apps/deployments', 'web'), { spec: { replicas: 1 } });
    await cluster.timers.advance(300);
    expect(cluster.pods()).toHaveLength(1);
    expect(cluster.get('apps/deployments', 'web')).toMatchObject({ status: { replicas: 1, availableReplicas: 1, observedGeneration: 2 } });
  });

  it('removes what a deleted Deployment owned', async () => {
    const cluster = new QuietCluster();
    cluster.apply('apps/deployments', 'apps/v1', 'Deployment', workload('web:1'));
    await cluster.timers.advance(300);
    cluster.writes.remove('apps/deployments', cluster.get('apps/deployments', 'web'));
    await cluster.timers.advance(50);
    expect([cluster.pods(), cluster.store.list('apps/replicasets')]).toEqual([[], []]);
  });

  it('brings up a StatefulSet in order, with its claims bound', async () => {
    const cluster = new QuietCluster();
    const claims = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }];
    cluster.apply('apps/statefulsets', 'apps/v1', 'StatefulSet', workload('web:1', { serviceName: 'web', replicas: 2, volumeClaimTemplates: claims }));
    await cluster.timers.advance(60);
    expect(cluster.pods().map((pod) => pod.metadata.name)).toEqual(['web-0']);
    await cluster.timers.advance(500);
    expect(cluster.get('apps/statefulsets', 'web')).toMatchObject({ status: { replicas: 2, readyReplicas: 2, updatedReplicas: 2 } });
    expect(cluster.get('/persistentvolumeclaims', 'data-web-1')).toMatchObject({ status: { phase: 'Bound' } });
  });

  it('runs one pod of a DaemonSet on each node', async () => {
    const cluster = new QuietCluster();
    cluster.apply('apps/daemonsets', 'apps/v1', 'DaemonSet', workload('web:1'));
    await cluster.timers.advance(300);
    expect(cluster.get('apps/daemonsets', 'web')).toMatchObject({ status: { desiredNumberScheduled: 2, numberReady: 2, numberAvailable: 2 } });
  });

  it('completes a Job', async () => {
    const cluster = new QuietCluster();
    cluster.apply('batch/jobs', 'batch/v1', 'Job', { completions: 2, template: template('job:1', { restartPolicy: 'Never' }) });
    await cluster.timers.advance(1_000);
    expect(cluster.get('batch/jobs', 'web')).toMatchObject({ status: { succeeded: 2 } });
    expect(condition(cluster.get('batch/jobs', 'web'), 'Complete')).toEqual(['True', 'CompletionsReached']);
  });

  it('keeps a claim that is being deleted while a pod uses it', async () => {
    const cluster = new QuietCluster();
    cluster.apply('/persistentvolumeclaims', 'v1', 'PersistentVolumeClaim', { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } });
    cluster.writes.create('/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'user', namespace: 'default' }, spec: { containers: [{ name: 'a', image: 'a:1' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'web' } }] } });
    await cluster.timers.advance(500);
    cluster.writes.remove('/persistentvolumeclaims', cluster.get('/persistentvolumeclaims', 'web'));
    await cluster.timers.advance(100);
    expect(cluster.get('/persistentvolumeclaims', 'web').metadata.deletionTimestamp).toBeDefined();
    cluster.writes.remove('/pods', cluster.get('/pods', 'user'));
    await cluster.timers.advance(100);
    expect(cluster.store.list('/persistentvolumeclaims')).toEqual([]);
    expect(cluster.store.list('/persistentvolumes')).toEqual([]);
  });
});
