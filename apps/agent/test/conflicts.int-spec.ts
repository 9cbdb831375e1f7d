import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

describe('fields that another manager holds', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('one', [configMap('settings', { colour: 'blue' }), deployment('web', 'web:1')]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('that we never owned are a conflict: nothing is written, field and manager are named', async () => {
    unwrap(await cluster.admin.apply(configMap('settings', { size: 'xl' }, { namespace: 'shop' }), { fieldManager: 'sizer' }));
    source.put('two', [configMap('settings', { colour: 'green', size: 's' }), deployment('web', 'web:2')]);
    cluster.audit.mark();
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    const report = await agent.reported({ generation: 2n, sync: 'KEPT_LAST_GOOD', reason: 'FIELD_CONFLICT' });
    expect(report.message).toBe('ConfigMap shop/settings: .data.size is held by sizer');
    expect(cluster.writes()).toEqual([]);
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue', size: 'xl' });
  });

  it('that we applied last time are taken back by the next release', async () => {
    await agent.accept(anAssignment({ generation: 3, release: 'one', drift: 'REPORT' }));
    await agent.reported({ generation: 3n, sync: 'SYNCED' });
    await cluster.edit(deploy('web'), { spec: { template: { spec: { containers: [{ name: 'app', image: 'web:theirs' }] } } } });
    await agent.reported({ generation: 3n, sync: 'DRIFTED' });
    source.put('three', [configMap('settings', { colour: 'blue' }), deployment('web', 'web:3')]);
    await agent.accept(anAssignment({ generation: 4, release: 'three', drift: 'REPORT' }));
    await agent.reported({ generation: 4n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(JSON.stringify(cluster.object(deploy('web'))?.['spec'])).toContain('web:3');
  });

  it('that we do not declare stay theirs', () => {
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue', size: 'xl' });
  });
});
