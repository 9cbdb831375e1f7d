import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { targetId } from '#domain';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, idOf } from './test-orders.js';

jest.setTimeout(120_000);

describe('describing an object', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const target = targetId(idOf('target', 'shop'));
  const signal = AbortSignal.timeout(30_000);
  const secret = { group: '', kind: 'Secret', namespace: 'shop', name: 's' };
  beforeAll(async () => {
    cluster = await TestCluster.start();
    const source = new TestSource();
    agent = await TestAgent.start(cluster, source);
    source.put('one', [configMap('settings', { colour: 'blue' }), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password: 'canary' } }]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('shows it as it is now, with its health and its events', async () => {
    const uid = cluster.object(cm('settings'))?.metadata.uid ?? '';
    await cluster.create({
      apiVersion: 'v1', kind: 'Event', metadata: { name: 'settings.1', namespace: 'shop' }, type: 'Warning', reason: 'Noted', message: 'hello', count: 2, lastTimestamp: '2026-11-01T12:00:00Z',
      involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings', uid },
    });
    const described = await agent.core.requests.describeObject(target, cm('settings'), signal);
    expect(described).toMatchObject({ ok: true, value: { health: 'HEALTHY', events: [{ type: 'Warning', reason: 'Noted', message: 'hello', count: 2, lastSeen: '2026-11-01T12:00:00Z' }] } });
    expect(described.ok && JSON.parse(described.value.objectJson)).toMatchObject({ metadata: { uid }, data: { colour: 'blue' } });
  });

  it('masks the values of a Secret', async () => {
    const described = await agent.core.requests.describeObject(target, secret, signal);
    expect(described.ok && JSON.parse(described.value.objectJson)).toMatchObject({ data: { password: '********' } });
    expect(JSON.stringify(described)).not.toMatch(/canary|Y2FuYXJ5/);
  });

  it.each([
    ['that no target has', cm('kube-root-ca.crt')],
    ['of the agent itself', { ...secret, namespace: 'capstan-system', name: 'capstan-inventory' }],
  ])('does not show one %s', async (_what, ref) => {
    expect(await agent.core.requests.describeObject(target, ref, signal)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  });

  it('says that it is gone', async () => {
    expect(await agent.core.requests.describeObject(targetId(idOf('target', 'other')), cm('settings'), signal)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  });
});
