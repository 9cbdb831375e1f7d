import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

describe('a release that cannot be had', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('good', [configMap('settings', { colour: 'blue' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'good' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it.each([
    ['does not render', 'INVALID_YAML', false],
    ['cannot be fetched', 'COMMIT_UNREACHABLE', true],
    ['is empty', 'NO_OBJECTS', false],
  ] as const)('that %s leaves what runs as it is, and says why', async (_what, reason, retryable) => {
    cluster.audit.mark();
    source.fail(reason, reason, retryable);
    const generation = (agent.last()?.generation ?? 0n) + 1n;
    await agent.accept(anAssignment({ generation: Number(generation), release: reason }));
    const report = await agent.reported({ generation, sync: 'KEPT_LAST_GOOD', reason, health: 'HEALTHY' });
    expect(report).toMatchObject({ release: anAssignment({ generation: 1, release: 'good' }).release.id, message: `${reason} cannot be had`, objectCount: 1 });
    expect(cluster.writes()).toEqual([]);
  });

  it('does not end the healing of what runs', async () => {
    await cluster.edit(cm('settings'), { data: { colour: 'red' } });
    await agent.reported({ generation: 4n, sync: 'KEPT_LAST_GOOD', healedCount: 1 });
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue' });
  });

  it('because Git hangs does not end the healing either', async () => {
    source.isHanging = true;
    await agent.accept(anAssignment({ generation: 5, release: 'slow' }));
    await agent.reported({ generation: 5n, sync: 'APPLYING' });
    await cluster.edit(cm('settings'), { data: { colour: 'red' } });
    await agent.reported({ generation: 5n, sync: 'APPLYING', healedCount: 1 });
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue' });
    source.isHanging = false;
  });

  it('of a target that never ran is a failure', async () => {
    source.fail('bad', 'KUSTOMIZE_FAILED', false);
    await agent.accept(anAssignment({ application: 'other', generation: 6, release: 'bad' }));
    const report = await agent.reported({ generation: 6n, sync: 'FAILED', reason: 'KUSTOMIZE_FAILED' }, 'other');
    expect(report).toMatchObject({ release: undefined, commit: '', objectCount: 0, health: 'UNKNOWN' });
  });

  it('is applied by itself when the cause goes', async () => {
    source.put('bad', [configMap('late', { v: '1' })]);
    await agent.accept(anAssignment({ application: 'other', generation: 7, release: 'bad' }));
    await agent.reported({ generation: 7n, sync: 'SYNCED', health: 'HEALTHY' }, 'other');
  });

  it('is applied from what is stored here, without asking Git, when it is an earlier one', async () => {
    source.put('next', [configMap('settings', { colour: 'green' })]);
    await agent.accept(anAssignment({ generation: 8, release: 'next' }));
    await agent.reported({ generation: 8n, sync: 'SYNCED', health: 'HEALTHY' });
    const { asked } = source;
    source.isDown = true;
    await agent.accept(anAssignment({ generation: 9, release: 'good' }));
    await agent.reported({ generation: 9n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(source.asked).toBe(asked);
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue' });
  });
});
