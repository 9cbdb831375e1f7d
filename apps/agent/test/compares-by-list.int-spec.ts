import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TARGET_LABEL } from '#domain';
import { until } from '#testing';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

const NAMES = Array.from({ length: 60 }, (_, index) => `map-${String(index).padStart(2, '0')}`);

describe('comparing everything that a target has', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  source.put('one', NAMES.map((name) => configMap(name, { v: '1' })));
  source.put('two', NAMES.map((name) => configMap(name, { v: name === NAMES[3] ? '2' : '1' })));
  const reads = (verb: 'get' | 'list'): readonly string[] => cluster.audit.entries().filter((entry) => entry.verb === verb && entry.resource === 'configmaps' && entry.userAgent === 'capstan-agent').map(({ name }) => name);
  const value = (name: string | undefined): unknown => cluster.object(cm(name ?? ''))?.['data'];

  beforeEach(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    cluster.audit.mark();
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });
  afterEach(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('asks for none of the objects after it has applied them: the answers told', () => {
    expect(reads('get')).toEqual([]);
  });

  it('reads them by list after a start, and by itself only what differs, lost its label or is gone, which it heals', async () => {
    await agent.stop();
    await cluster.edit(cm('map-07'), { data: { v: 'by hand' } });
    await cluster.remove(cm('map-11'));
    await cluster.edit(cm('map-13'), { metadata: { labels: { [TARGET_LABEL]: null } } });
    cluster.audit.mark();
    agent = await TestAgent.start(cluster, source, 2);
    await until('all is as it was', 10_000, () => (['map-07', 'map-11'].every((name) => JSON.stringify(value(name)) === '{"v":"1"}') && cluster.object(cm('map-13'))?.metadata.labels?.[TARGET_LABEL] !== undefined ? true : undefined));
    expect([...new Set(reads('get'))].toSorted()).toEqual(['map-07', 'map-11', 'map-13']);
    expect(cluster.writes().toSorted()).toEqual(['patch configmaps shop/map-07', 'patch configmaps shop/map-11', 'patch configmaps shop/map-13']);
  });

  it('compares again now and then, without a look at any that is as applied, and sends the one that a release changes', async () => {
    await agent.stop();
    agent = await TestAgent.start(cluster, source, 2, { settings: { fullCompareMs: 300 } });
    cluster.audit.mark();
    await until('everything was compared three times', 10_000, () => (reads('list').length >= 9 ? true : undefined));
    expect(reads('get')).toEqual([]);
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    await agent.reported({ generation: 2n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(reads('get')).toEqual([]);
    expect(cluster.writes()).toEqual(['patch configmaps shop/map-03']);
  });
});
