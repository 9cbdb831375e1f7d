import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Json } from '#kernel';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

/** One object at a time, so that an order comes between two deletes. */
describe('a newer order that comes between two deletes', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  let onFailpoint: (name: string) => Promise<void> = () => Promise.resolve();
  const source = new TestSource();
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source, 1, { failpoints: { hit: (name) => onFailpoint(name) }, settings: { maxCalls: 1 } });
    source.put('six', names.map((name) => configMap(name, { v: '1' })));
    source.put('four', names.slice(0, 4).map((name) => configMap(name, { v: '1' })));
    await agent.accept(anAssignment({ generation: 1, release: 'six' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED' });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  /** After the first delete, once. */
  const then = (failpoint: string, order: () => Promise<void>): void => {
    let isDone = false;
    onFailpoint = async (name) => {
      if (isDone || name !== failpoint) return;
      isDone = true;
      await order();
    };
  };

  it('ends a prune: what is declared again stays', async () => {
    cluster.audit.mark();
    then('agent.prune.after-delete', () => agent.accept(anAssignment({ generation: 3, release: 'six' })));
    await agent.accept(anAssignment({ generation: 2, release: 'four' }));
    await agent.reported({ generation: 3n, sync: 'SYNCED', objectCount: 6 });
    expect(cluster.deletes()).toHaveLength(1);
    expect(names.every((name) => cluster.object(cm(name)) !== undefined)).toBe(true);
  });

  it('ends a replacement: what is as it was before stays', async () => {
    const labels: Json = { app: 'other' };
    const before = deployment('web', 'web:1');
    const after = { ...before, metadata: { name: 'web', annotations: { 'capstan.dev/apply': 'replace' } }, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'web:1' }] } } } };
    source.put('web', [before]);
    source.put('renamed', [after]);
    await agent.accept(anAssignment({ application: 'web', generation: 1, release: 'web' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED' }, 'web');
    const uid = cluster.object(deploy('web'))?.metadata.uid;
    cluster.audit.mark();
    then('agent.apply.after-intent', () => agent.accept(anAssignment({ application: 'web', generation: 3, release: 'web' })));
    await agent.accept(anAssignment({ application: 'web', generation: 2, release: 'renamed' }));
    await agent.reported({ generation: 3n, sync: 'SYNCED', health: 'HEALTHY' }, 'web');
    expect(cluster.deletes()).toEqual([]);
    expect(cluster.object(deploy('web'))?.metadata.uid).toBe(uid);
  });

  it('ends a removal: what is to be left alone stays', async () => {
    cluster.audit.mark();
    then('agent.removal.after-delete', () => agent.accept(aTombstone({ generation: 5, mode: 'ORPHAN' })));
    await agent.accept(aTombstone({ generation: 4, mode: 'DELETE' }));
    await agent.reported({ generation: 5n, sync: 'REMOVED' });
    expect(cluster.deletes()).toHaveLength(1);
    expect(names.filter((name) => cluster.object(cm(name)) !== undefined)).toHaveLength(5);
  });
});
