import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cm, configMap, deployment, TestAgent, TestSource } from './test-agent.js';
import { APPLY_USER, TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

describe('an object that the API server refuses', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('good', [configMap('settings', { colour: 'blue' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'good' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    cluster.audit.mark();
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('as invalid keeps the whole release out', async () => {
    source.put('invalid', [configMap('settings', { colour: 'red' }), deployment('web', '')]);
    await agent.accept(anAssignment({ generation: 2, release: 'invalid' }));
    const report = await agent.reported({ generation: 2n, sync: 'KEPT_LAST_GOOD', reason: 'INVALID_FOR_SERVER' });
    expect(report.message).toContain('Deployment.apps shop/web');
    expect(cluster.writes()).toEqual([]);
  });

  it('as a kind that it does not know keeps the whole release out', async () => {
    source.put('unknown', [configMap('settings', { colour: 'red' }), { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'g' } }]);
    await agent.accept(anAssignment({ generation: 3, release: 'unknown' }));
    const report = await agent.reported({ generation: 3n, sync: 'KEPT_LAST_GOOD', reason: 'KIND_NOT_FOUND' });
    expect(report.message).toContain('Gadget.example.com');
    expect(cluster.writes()).toEqual([]);
  });

  it('in the namespace of the agent is refused', async () => {
    source.put('reserved', [configMap('settings', { colour: 'red' }), configMap('evil', { a: '1' }, { namespace: 'capstan-system' })]);
    await agent.accept(anAssignment({ generation: 5, release: 'reserved' }));
    await agent.reported({ generation: 5n, sync: 'KEPT_LAST_GOOD', reason: 'RESERVED_NAMESPACE' });
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue' });
  });

  it('does not put a value of a Secret into any report', async () => {
    source.put('secret', [configMap('settings', { colour: 'red' }), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { 'canary key!': 'Y2FuYXJ5' } }]);
    await agent.accept(anAssignment({ generation: 50, release: 'secret' }));
    await agent.reported({ generation: 50n, sync: 'KEPT_LAST_GOOD', reason: 'INVALID_FOR_SERVER' });
    expect(JSON.stringify(agent.reports, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(/canary|Y2FuYXJ5/);
  });

  it('as forbidden keeps the whole release out, and names who may not', async () => {
    await cluster.grant('capstan-apply', [{ apiGroups: ['', 'apps'], resources: ['configmaps', 'namespaces', 'deployments'], verbs: ['*'] }]);
    source.put('forbidden', [configMap('settings', { colour: 'red' }), { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } }]);
    await agent.accept(anAssignment({ generation: 60, release: 'forbidden' }));
    const report = await agent.reported({ generation: 60n, sync: 'KEPT_LAST_GOOD', reason: 'FORBIDDEN' });
    expect(report.message).toContain('Service shop/web');
    expect(report.message).toContain(APPLY_USER);
    expect(cluster.writes()).toEqual([]);
  });

  it('is applied when the cause goes', async () => {
    await cluster.grant('capstan-apply', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
    await agent.accept(anAssignment({ generation: 70, release: 'forbidden' }));
    await agent.reported({ generation: 70n, sync: 'SYNCED', health: 'HEALTHY' });
  });
});
