import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { IgnoreRule } from '#domain';
import { until } from '#testing';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

const ignore: readonly IgnoreRule[] = [{ kind: 'ConfigMap', jsonPointers: ['/data/theirs'] }];

describe('fields that were left as they are live, after a restart of the agent', () => {
  let cluster: TestCluster;
  let agent: TestAgent | undefined;
  let epoch = 0;
  let generation = 0;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
  });
  afterEach(() => agent?.stop());
  afterAll(() => cluster.stop());

  const start = async (): Promise<TestAgent> => {
    epoch += 1;
    agent = await TestAgent.start(cluster, source, epoch);
    return agent;
  };
  const release = async (on: TestAgent, application: string, data: Readonly<Record<string, string>>, rules: readonly IgnoreRule[] | undefined): Promise<void> => {
    generation += 1;
    const name = JSON.stringify([application, data]);
    source.put(name, [configMap(application, data)]);
    await on.accept(anAssignment({ application, generation, release: name, ...(rules === undefined ? {} : { ignore: rules }) }));
    await on.reported({ generation: BigInt(generation), sync: 'SYNCED' }, application);
  };
  const dataOf = (name: string): unknown => cluster.object(cm(name))?.['data'];
  const becomes = (name: string, data: object): Promise<unknown> => until(`${name} is ${JSON.stringify(data)}`, 10_000, () => (JSON.stringify(dataOf(name)) === JSON.stringify(data) ? true : undefined), () => JSON.stringify(dataOf(name)));
  /** Two releases under the rule, so that the field is ours in name and says something else than Git. */
  const leftLive = async (name: string): Promise<void> => {
    const before = await start();
    await release(before, name, { ours: '1', theirs: '1' }, ignore);
    await cluster.edit(cm(name), { data: { theirs: 'live' } });
    await release(before, name, { ours: '2', theirs: '2' }, ignore);
    expect(dataOf(name)).toEqual({ ours: '2', theirs: 'live' });
    before.kill();
    await before.core.stopped();
  };

  it('stay while the rule stands', async () => {
    await leftLive('stays');
    const after = await start();
    await cluster.edit(cm('stays'), { data: { ours: 'edited' } });
    await becomes('stays', { ours: '2', theirs: 'live' });
    await release(after, 'stays', { ours: '3', theirs: '3' }, ignore);
    expect(dataOf('stays')).toEqual({ ours: '3', theirs: 'live' });
  });

  it('are put back when the rule is withdrawn from the same release', async () => {
    await leftLive('withdrawn');
    const after = await start();
    await release(after, 'withdrawn', { ours: '2', theirs: '2' }, undefined);
    await becomes('withdrawn', { ours: '2', theirs: '2' });
  });

  it('keep nobody from healing what somebody edited while the agent was away', async () => {
    await leftLive('away');
    await cluster.edit(cm('away'), { data: { ours: 'edited' } });
    const after = await start();
    await becomes('away', { ours: '2', theirs: 'live' });
    await until('the target is synced', 10_000, () => (after.last('away')?.sync === 'SYNCED' ? true : undefined));
  });
});
