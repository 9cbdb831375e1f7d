import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HealthRule } from '#domain';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

const rule = (rest: Partial<HealthRule>): HealthRule => ({ group: '', kind: 'ConfigMap', healthy: 'object.data.state == "on"', degraded: 'object.data.state == "broken"', message: '"it is " + object.data.state', ...rest });
const LIST = `[${'0,'.repeat(200)}0]`;
const LOOP = `${LIST}.all(a, ${LIST}.all(b, ${LIST}.all(c, ${LIST}.all(d, true))))`;

describe('health rules of an order', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();

  beforeEach(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('v1', [configMap('settings', { state: 'on' })]);
  });

  afterEach(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('go before what is built in, and are asked again when the object changes', async () => {
    await agent.accept(anAssignment({ generation: 1, release: 'v1', drift: 'REPORT', health: [rule({})] }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    await cluster.edit(cm('settings'), { data: { state: 'broken' } });
    const broken = await agent.reported({ generation: 1n, health: 'DEGRADED' });
    expect(broken.healthMessage).toBe('ConfigMap shop/settings: it is broken');
    const described = await agent.core.requests.describeObject(broken.target, cm('settings'), AbortSignal.timeout(10_000));
    expect(described).toMatchObject({ ok: true, value: { health: 'DEGRADED', healthMessage: 'it is broken' } });
    await cluster.edit(cm('settings'), { data: { state: 'on' } });
    await agent.reported({ generation: 1n, health: 'HEALTHY' });
  });

  it('of a newer order judge what is there already', async () => {
    await agent.accept(anAssignment({ generation: 1, release: 'v1' }));
    await agent.reported({ generation: 1n, health: 'HEALTHY' });
    await agent.accept(anAssignment({ generation: 2, release: 'v1', health: [rule({ healthy: 'object.data.state == "off"' })] }));
    await agent.reported({ generation: 2n, health: 'PROGRESSING' });
  });

  it('that fail make their object UNKNOWN and say which rule and why', async () => {
    await agent.accept(anAssignment({ generation: 1, release: 'v1', health: [rule({ degraded: 'object.status.phase == "Failed"' })] }));
    const unknown = await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'UNKNOWN', reason: 'HEALTH_UNKNOWN' });
    expect(unknown.healthMessage).toBe('ConfigMap shop/settings: Health rule for ConfigMap, degraded: No such key: status');
  });

  it('that never end are cut, and the applications beside them are judged as if nothing were', async () => {
    source.put('looping', Array.from({ length: 30 }, (_, index) => configMap(`loop-${index}`, { state: 'on' })));
    await agent.accept(
      anAssignment({ application: 'looping', generation: 1, release: 'looping', namespace: 'looping', health: [rule({ healthy: LOOP })] }),
      anAssignment({ generation: 1, release: 'v1', health: [rule({})] }),
    );
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    const cut = await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'UNKNOWN' }, 'looping');
    expect(cut.healthMessage).toMatch(/Health rule for ConfigMap, (healthy: it was stopped after 250 ms|degraded: expressions of this application were stopped 3 times)/);
    await cluster.edit(cm('settings'), { metadata: { labels: { seen: 'again' } } });
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });

  it('see the keys of a Secret and never its values', async () => {
    source.put('secret', [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token' }, stringData: { token: 'hunter2' } }]);
    await agent.accept(anAssignment({ generation: 1, release: 'secret', health: [{ group: '', kind: 'Secret', healthy: '!has(object.data.token)', message: '"the token is " + object.data.token' }] }));
    const said = await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'PROGRESSING' });
    expect(said.healthMessage).toMatch(/^Secret shop\/token: the token is /);
    expect(said.healthMessage).not.toMatch(/hunter2|aHVudGVyMg/);
  });
});
