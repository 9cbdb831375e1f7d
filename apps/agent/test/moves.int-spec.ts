import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OWNER_ANNOTATION } from '#domain';
import { until } from '#testing';
import { cm, configMap, TestAgent, TestSource, type TestAgentOptions } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone, HUB } from './test-orders.js';

jest.setTimeout(120_000);

describe('an object that moves to another application', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  let epoch = 0;
  let generation = 0n;
  const source = new TestSource();
  const start = async (options: TestAgentOptions = {}): Promise<void> => {
    epoch += 1;
    agent = await TestAgent.start(cluster, source, epoch, { ...options, settings: { moveGraceMaxMs: 0, ...options.settings } });
  };
  beforeAll(async () => {
    cluster = await TestCluster.start();
  });
  afterEach(() => agent.stop());
  afterAll(() => cluster.stop());

  const order = async (application: string, names: readonly string[]): Promise<bigint> => {
    generation += 1n;
    const release = `r${generation}`;
    source.put(release, names.map((name) => configMap(name, { v: '1' })));
    await agent.accept(anAssignment({ application, generation: Number(generation), release }));
    return generation;
  };
  const applied = async (application: string, names: readonly string[]): Promise<void> => {
    await agent.reported({ generation: await order(application, names), sync: 'SYNCED' }, application);
  };

  it.each(['PRUNE', 'TOMBSTONE'])('is left to who asks for it after the plan of a %s was made', async (cause) => {
    const end = cause.toLowerCase();
    const [from, to, ref] = [`from-${end}`, `to-${end}`, cm(`a-late-${end}`)];
    let isAsked = false;
    const ask = async (name: string): Promise<void> => {
      // The first delete of the plan is under way; the second object is asked for in this moment.
      if (isAsked || name !== (cause === 'PRUNE' ? 'agent.prune.before-delete' : 'agent.removal.before-delete')) return;
      isAsked = true;
      await order(to, [ref.name]);
      await until('it is asked for', 10_000, () => agent.last(to)?.message.includes('waits for') || undefined, () => agent.last(to)?.message ?? '');
    };
    await start({ failpoints: { hit: (name) => ask(name) }, settings: { maxCalls: 1 } });
    await applied(from, [`z-early-${end}`, ref.name, `s-${end}`, `t-${end}`, `u-${end}`]);
    const uid = cluster.object(ref)?.metadata.uid;
    cluster.audit.mark();
    if (cause === 'PRUNE') await order(from, ['s-prune', 't-prune', 'u-prune']);
    else {
      generation += 1n;
      await agent.accept(aTombstone({ application: from, generation: Number(generation), mode: 'DELETE' }));
    }
    await until('it has moved', 15_000, () => agent.last(to)?.sync === 'SYNCED' || undefined, () => JSON.stringify(agent.last(to)?.message));
    expect(isAsked).toBe(true);
    expect(cluster.object(ref)?.metadata).toMatchObject({ uid, annotations: { [OWNER_ANNOTATION]: `${HUB}/default/${to}` } });
    expect(cluster.deletes()).not.toContain(`configmaps shop/${ref.name}`);
  });

  it('is waited for anew when the application that was to have it is removed: it may move on to a third', async () => {
    await start({ settings: { moveGraceMs: 200 } });
    await applied('one', ['m', 'n', 'p', 'q', 'r']);
    await applied('one', ['m', 'n', 'p', 'q']);
    generation += 1n;
    source.put('held', [configMap('n', { v: '1' })]);
    await agent.accept(anAssignment({ application: 'two', generation: Number(generation), release: 'held', dependsOn: ['nobody'] }));
    await agent.reported({ generation, reason: 'DEPENDENCY_NOT_READY' }, 'two');
    // Another order has a grace of its own; this one is come to before the other application goes.
    const dropped = await order('one', ['m', 'p', 'q']);
    await agent.reported({ generation: dropped, sync: 'SYNCED' }, 'one');
    await order('one', ['m', 'p']);
    await agent.reported({ generation, sync: 'SYNCED', objectCount: 3 }, 'one');
    const before = agent.reports.length;
    generation += 1n;
    await agent.accept(aTombstone({ application: 'two', generation: Number(generation), mode: 'DELETE' }));
    await until('it is pruned', 10_000, () => (cluster.object(cm('n')) === undefined ? true : undefined));
    expect(agent.reports.slice(before).some(({ sync, message }) => sync === 'APPLYING' && message.includes('1 object is no longer declared and removed in a moment'))).toBe(true);
  });

  it('moves to an application that its own one waits for', async () => {
    await start();
    await applied('base', ['base']);
    await applied('top', ['shared', 'top']);
    const uid = cluster.object(cm('shared'))?.metadata.uid;
    cluster.audit.mark();
    generation += 1n;
    const held = generation;
    source.put('top-2', [configMap('top', { v: '2' })]);
    const taken = await order('base', ['base', 'shared']);
    await agent.accept(anAssignment({ application: 'top', generation: Number(held), release: 'top-2', dependsOn: ['base'] }));
    await agent.reported({ generation: taken, sync: 'SYNCED', objectCount: 2 }, 'base');
    await agent.reported({ generation: held, sync: 'SYNCED', objectCount: 1 }, 'top');
    expect(cluster.object(cm('shared'))?.metadata).toMatchObject({ uid, annotations: { [OWNER_ANNOTATION]: `${HUB}/default/base` } });
    expect(cluster.deletes()).toEqual([]);
  });

  it('waits where it is for an application whose own prune waits for a person, or that declares a kind which is missing', async () => {
    await start();
    await applied('giver', ['x1', 'x2', 'g1', 'g2', 'g3', 'g4']);
    await applied('asking', ['k1', 'k2', 'k3', 'k4', 'k5']);
    const uids = (): readonly unknown[] => ['x1', 'x2'].map((name) => cluster.object(cm(name))?.metadata.uid);
    const before = uids();
    cluster.audit.mark();
    const waiting = await agent.reported({ generation: await order('asking', ['k1', 'x1']), sync: 'AWAITING_APPROVAL' }, 'asking');
    generation += 1n;
    source.put('unheard', [configMap('x2', { v: '1' }), { apiVersion: 'example.com/v1', kind: 'Unheard', metadata: { name: 'u' } }]);
    await agent.accept(anAssignment({ application: 'broken', generation: Number(generation), release: 'unheard' }));
    await agent.reported({ generation, reason: 'KIND_NOT_FOUND' }, 'broken');
    const { message } = await agent.reported({ generation: await order('giver', ['g1', 'g2', 'g3', 'g4']), sync: 'SYNCED', objectCount: 6 }, 'giver');
    expect(message).toBe('no longer declared, and left for an application that declares it and is held: ConfigMap shop/x1; ConfigMap shop/x2');

    const digest = waiting.pendingRemoval?.digest;
    if (digest === undefined) throw new Error('nothing to approve');
    generation += 1n;
    source.put('approved', ['k1', 'x1'].map((name) => configMap(name, { v: '1' })));
    await agent.accept(anAssignment({ application: 'asking', generation: Number(generation), release: 'approved', approvedPrunes: [digest] }));
    await agent.reported({ generation, sync: 'SYNCED', objectCount: 2 }, 'asking');
    await agent.reported({ generation: await order('broken', ['x2']), sync: 'SYNCED' }, 'broken');
    expect(uids()).toEqual(before);
    expect(cluster.deletes().filter((name) => name.includes('x'))).toEqual([]);
  });

  it('is taken up although the application that let go of it is deleted before the other one may begin', async () => {
    await start();
    await applied('old', ['passed', 'old']);
    const uid = cluster.object(cm('passed'))?.metadata.uid;
    cluster.audit.mark();
    await agent.reported({ generation: await order('new', ['passed', 'taken']), sync: 'FAILED', reason: 'OBJECT_CLAIMED' }, 'new');
    await cluster.create(configMap('taken', { v: 'theirs' }, { namespace: 'shop', annotations: { [OWNER_ANNOTATION]: `${HUB}/default/nobody` } }));
    await applied('old', ['old']);
    await until('the new one fails for another reason', 10_000, () => agent.last('new')?.message.includes('nobody') || undefined, () => agent.last('new')?.message ?? '');
    generation += 1n;
    await agent.accept(aTombstone({ application: 'old', generation: Number(generation), mode: 'DELETE' }));
    await agent.reported({ generation, sync: 'REMOVED' }, 'old');
    await agent.reported({ generation: await order('new', ['passed']), sync: 'SYNCED' }, 'new');
    expect(cluster.object(cm('passed'))?.metadata).toMatchObject({ uid, annotations: { [OWNER_ANNOTATION]: `${HUB}/default/new` } });
    expect(cluster.deletes()).toEqual(['configmaps shop/old']);
  });
});
