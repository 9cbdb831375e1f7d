import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '#domain';
import { hookJob } from './hook-objects.js';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

const inWave = (object: KubeObject, wave: number, annotation = 'argocd.argoproj.io/sync-wave'): KubeObject => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [annotation]: String(wave) } } });

describe('numbered waves', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  const begin = async (settings: Parameters<typeof TestAgent.start>[3] = {}): Promise<void> => {
    agent = await TestAgent.start(cluster, source, 1, settings);
  };
  const order = async (generation: number, release: string, objects: readonly KubeObject[]): Promise<void> => {
    source.put(release, objects);
    await agent.accept(anAssignment({ generation, release }));
  };
  beforeEach(async () => {
    cluster = await TestCluster.start();
  });
  afterEach(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('come in order, each when the one before is healthy, with the hooks of a wave after its objects, and go in reverse', async () => {
    await begin();
    await order(1, 'one', [
      inWave(configMap('last', { a: '1' }), 2),
      inWave(deployment('database', 'database:1'), -1),
      deployment('web', 'web:1'),
      hookJob('warm-up', { 'argocd.argoproj.io/hook': 'Sync' }),
      inWave(configMap('first', { a: '1' }), -2, 'capstan.dev/wave'),
    ]);
    await agent.reported({ generation: 1n, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' });
    expect(cluster.writes()).toEqual([
      'create namespaces shop', 'patch configmaps shop/first', 'patch deployments shop/database', 'patch deployments shop/web', 'create jobs shop/warm-up', 'patch configmaps shop/last',
    ]);

    cluster.audit.mark();
    await agent.accept(aTombstone({ generation: 2, mode: 'DELETE' }));
    await agent.reported({ generation: 2n, sync: 'REMOVED' });
    expect(cluster.deletes()).toEqual(['configmaps shop/last', 'deployments shop/web', 'deployments shop/database', 'configmaps shop/first', 'jobs shop/warm-up']);
  });

  it('wait for one that is not healthy, fail at the deadline, heal meanwhile, and go on when it becomes healthy after all', async () => {
    await begin({ settings: { waveDeadlineMs: 500 } });
    await order(1, 'one', [inWave(configMap('before', { a: '1' }), -1), deployment('web', 'web:broken'), inWave(configMap('after', { a: '1' }), 1)]);
    const waiting = await agent.reported({ generation: 1n, sync: 'APPLYING', reason: 'WAVE_PROGRESSING' });
    expect(waiting.message).toContain('wave 1 waits for Deployment.apps shop/web');
    await agent.reported({ generation: 1n, sync: 'FAILED', reason: 'WAVE_NOT_HEALTHY' });
    expect(cluster.object(cm('after'))).toBeUndefined();
    await cluster.edit(cm('before'), { data: { a: '2' } });
    await agent.reported({ generation: 1n, healedCount: 1 });

    await order(2, 'two', [inWave(configMap('before', { a: '1' }), -1), deployment('web', 'web:2'), inWave(configMap('after', { a: '1' }), 1)]);
    await agent.reported({ generation: 2n, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' });
    expect(cluster.object(cm('after'))).toBeDefined();
  });

  it('do not hold back a release that changes only what comes before', async () => {
    await begin({ settings: { waveDeadlineMs: 500 } });
    const objects = (value: string): readonly KubeObject[] => [deployment('web', 'web:1'), configMap('settings', { a: value }), inWave(configMap('after', { a: '1' }), 1)];
    await order(1, 'one', objects('1'));
    await agent.reported({ generation: 1n, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' });
    await order(2, 'two', [deployment('web', 'web:broken'), ...objects('2').slice(1)]);
    await agent.reported({ generation: 2n, sync: 'SYNCED' });
    expect(cluster.object(deploy('web'))?.['spec']).toMatchObject({ template: { spec: { containers: [{ image: 'web:broken' }] } } });
  });

  it('that do not read are refused before anything is written', async () => {
    await begin();
    await order(1, 'one', [configMap('a', { a: '1' }), inWave({ ...configMap('b', { a: '1' }), metadata: { name: 'b', annotations: {} } }, Number.NaN)]);
    const { message } = await agent.reported({ generation: 1n, sync: 'FAILED', reason: 'INVALID_OBJECT' });
    expect(message).toBe('ConfigMap shop/b: argocd.argoproj.io/sync-wave is "NaN": give a whole number, lower goes first');
    expect(cluster.writes()).toEqual([]);
  });
});
