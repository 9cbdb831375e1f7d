import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OWNER_ANNOTATION, TARGET_LABEL } from '#domain';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('looking at many objects of one kind before a release', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  let generation = 1;
  const source = new TestSource();
  const release = async (name: string, values: Readonly<Record<string, string>>): Promise<bigint> => {
    source.put(name, Object.entries(values).map(([each, v]) => configMap(each, { v })));
    generation += 1;
    await agent.accept(anAssignment({ generation, release: name }));
    return BigInt(generation);
  };
  const all = (v: string): Readonly<Record<string, string>> => Object.fromEntries(NAMES.map((name) => [name, v]));
  /** Until the first write: after it the watches have something to say. */
  const looks = (): readonly string[] => {
    const entries = cluster.audit.entries().filter(({ resource, namespace }) => resource === 'configmaps' && namespace === 'shop');
    return entries.slice(0, entries.findIndex(({ verb, isDryRun }) => verb === 'patch' && !isDryRun)).filter(({ verb }) => verb === 'get' || verb === 'list').map(({ verb, name }) => `${verb} ${name}`);
  };

  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    await agent.reported({ generation: await release('one', all('1')), sync: 'SYNCED', health: 'HEALTHY' });
  });
  beforeEach(() => cluster.audit.mark());
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('asks once for all of them, whether they change or not', async () => {
    await agent.reported({ generation: await release('two', { ...all('1'), a: '2', b: '2' }), sync: 'SYNCED', health: 'HEALTHY' });
    expect(looks()).toEqual(['list ']);
    expect(cluster.writes().toSorted()).toEqual(['patch configmaps shop/a', 'patch configmaps shop/b']);
  });

  it('looks at one itself that has lost its label, and takes it along', async () => {
    await cluster.edit(cm('c'), { metadata: { labels: { [TARGET_LABEL]: null } } });
    await agent.reported({ generation: await release('three', all('3')), sync: 'SYNCED', health: 'HEALTHY' });
    expect(NAMES.map((name) => cluster.object(cm(name))?.['data'])).toEqual(NAMES.map(() => ({ v: '3' })));
    expect(cluster.object(cm('c'))?.metadata.labels).toHaveProperty([TARGET_LABEL]);
  });

  it('finds one that somebody else has taken over by its mark, and writes nothing', async () => {
    await cluster.edit(cm('d'), { metadata: { annotations: { [OWNER_ANNOTATION]: '00000000-0000-7000-8000-0000000000cc/default/theirs' } } });
    cluster.audit.mark();
    const report = await agent.reported({ generation: await release('four', all('4')), sync: 'KEPT_LAST_GOOD', reason: 'OBJECT_CLAIMED' });
    expect(report.message).toContain('ConfigMap shop/d belongs to 00000000-0000-7000-8000-0000000000cc/default/theirs');
    expect(cluster.writes()).toEqual([]);
  });
});
