import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf } from '#kernel';
import { hubId, targetId, type TargetId } from '#domain';
import type { TargetInventory } from '../src/reconcile/agent.ports.js';
import { anInventory, damageSecret, deleteSecret, Killed, namesOf, SIGNAL, StateOfProcess, storedSecrets, TARGET } from './state-fixture.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { anAssignment, HUB, idOf, signed } from './test-orders.js';

const OTHER = targetId(idOf('target', 'web'));

describe('the inventory in Secrets', () => {
  let cluster: TestCluster;

  beforeEach(async () => {
    cluster = await TestCluster.start();
  });
  afterEach(() => cluster.stop());

  it('gives back what was saved, to the same process and to the next one', async () => {
    const first = await StateOfProcess.begin(cluster, 1);
    unwrap(await first.inventory.save(anInventory(['a', 'b']), SIGNAL));
    expect(namesOf(unwrap(await first.inventory.load(TARGET, SIGNAL))?.entries ?? [])).toEqual(['a', 'b']);
    const second = await StateOfProcess.begin(cluster, 2);
    const loaded = unwrap(await second.inventory.loadAll(SIGNAL));
    expect(loaded.targets.map(({ entries }) => namesOf(entries))).toEqual([['a', 'b']]);
    expect(loaded.unreadable).toEqual([]);
  });

  it('puts changes of several targets at once one after the other and loses none', async () => {
    const state = await StateOfProcess.begin(cluster, 1);
    const targets = Array.from({ length: 20 }, (_, index) => targetId(idOf('target', `t${index}`)));
    const saved = await Promise.all(targets.map((target) => state.inventory.save(anInventory(['a', target], target), SIGNAL)));
    expect(saved.every(({ ok }) => ok)).toBe(true);
    const loaded = unwrap(await (await StateOfProcess.begin(cluster, 2)).inventory.loadAll(SIGNAL));
    expect(loaded.targets.map(({ head }) => head.target).toSorted()).toEqual(targets.toSorted());
  });

  it('writes what comes while the head is being written together, and answers each change when it is durable', async () => {
    const state = await StateOfProcess.begin(cluster, 1);
    const targets = Array.from({ length: 30 }, (_, index) => targetId(idOf('target', `t${index}`)));
    cluster.audit.mark();
    const durable = await Promise.all(targets.map(async (target) => {
      unwrap(await state.inventory.save(anInventory(['a', target], target), SIGNAL));
      return unwrap(await new StateOfProcess(cluster, 1).inventory.load(target, SIGNAL));
    }));
    expect(durable.map((inventory) => inventory?.head.target)).toEqual(targets);
    const heads = cluster.audit.writes({}).filter(({ name }) => name === 'capstan-inventory');
    expect(heads.length).toBeLessThan(targets.length / 2);
  });

  it('replaces a part of it with three requests, that of the head among them', async () => {
    const first = await StateOfProcess.begin(cluster, 1);
    unwrap(await first.inventory.save(anInventory(['a']), SIGNAL));
    const second = await StateOfProcess.begin(cluster, 2);
    unwrap(await second.inventory.loadAll(SIGNAL));
    for (const name of ['b', 'c']) {
      cluster.audit.mark();
      unwrap(await second.inventory.save(anInventory([name]), SIGNAL));
      expect(cluster.audit.entries().map(({ verb }) => verb)).toEqual(['create', 'update', 'delete']);
    }
    expect(storedSecrets(cluster, 'capstan-inventory-')).toHaveLength(1);
  });

  it('refuses a target that fills the head, and it alone: the others go on, and what makes room is taken', async () => {
    const state = await StateOfProcess.begin(cluster, 1);
    // Names that do not compress: as much as tens of thousands of hooks.
    const withLeftovers = (target: TargetId, count: number): TargetInventory => {
      const { head, entries } = anInventory(['a'], target);
      const leftovers = Array.from({ length: count }, (_, index) => ({ ref: { group: 'batch', kind: 'Job', namespace: 'shop', name: `j${index}` }, apiVersion: 'batch/v1', uid: Array.from({ length: 32 }, (_none, part) => digestOf(`${target} ${index} ${part}`)).join('') }));
      return { entries, head: { ...head, hooks: { contentKey: 'c', run: '1-1', isInstall: true, hasWritten: true, isOver: true, records: [], leftovers } } };
    };
    const [greedy, modest] = [targetId(idOf('target', 'greedy')), targetId(idOf('target', 'modest'))];
    unwrap(await state.inventory.save(withLeftovers(greedy, 700), SIGNAL));
    const [more, small] = await Promise.all([state.inventory.save(withLeftovers(greedy, 1_400), SIGNAL), state.inventory.save(anInventory(['b'], modest), SIGNAL)]);
    expect(more).toMatchObject({ ok: false, error: { code: 'FULL', message: expect.stringContaining('Secret capstan-inventory has no room') } });
    expect(small).toEqual({ ok: true, value: undefined });
    const loaded = unwrap(await (await StateOfProcess.begin(cluster, 2)).inventory.loadAll(SIGNAL));
    expect(loaded.targets.map(({ head }) => [head.target, head.hooks?.leftovers.length ?? 0])).toEqual([[greedy, 700], [modest, 0]].toSorted());
    const next = await StateOfProcess.begin(cluster, 3);
    unwrap(await next.inventory.drop(greedy, { epoch: 1n, generation: 1n }, SIGNAL));
    unwrap(await next.inventory.save(withLeftovers(modest, 700), SIGNAL));
  });

  it('keeps the whole old inventory when it is killed between the new shards and the head, and collects the orphans later', async () => {
    const first = await StateOfProcess.begin(cluster, 1);
    unwrap(await first.inventory.save(anInventory(['a', 'b']), SIGNAL));
    first.dieAt = 'agent.state.after-shards';
    await expect(first.inventory.save(anInventory(['a', 'b', 'c']), SIGNAL)).rejects.toBeInstanceOf(Killed);
    expect(storedSecrets(cluster, 'capstan-inventory-')).toHaveLength(2);
    const second = await StateOfProcess.begin(cluster, 2);
    expect(namesOf(unwrap(await second.inventory.load(TARGET, SIGNAL))?.entries ?? [])).toEqual(['a', 'b']);
    expect(storedSecrets(cluster, 'capstan-inventory-')).toHaveLength(1);
  });

  it('has the whole new inventory when it is killed after the head and before old shards go', async () => {
    const first = await StateOfProcess.begin(cluster, 1);
    unwrap(await first.inventory.save(anInventory(['a', 'b']), SIGNAL));
    first.dieAt = 'agent.state.after-head';
    expect(await first.inventory.save(anInventory(['c']), SIGNAL)).toMatchObject({ ok: false });
    const second = await StateOfProcess.begin(cluster, 2);
    expect(namesOf(unwrap(await second.inventory.load(TARGET, SIGNAL))?.entries ?? [])).toEqual(['c']);
    expect(storedSecrets(cluster, 'capstan-inventory-')).toHaveLength(1);
  });

  it('writes nothing once a newer lease has claimed it, whatever it believes of its own', async () => {
    const old = await StateOfProcess.begin(cluster, 1);
    unwrap(await old.inventory.save(anInventory(['a']), SIGNAL));
    const next = await StateOfProcess.begin(cluster, 2);
    expect(await old.inventory.save(anInventory(['a', 'stale']), SIGNAL)).toMatchObject({ ok: false, error: { code: 'FENCED' } });
    expect(await old.inventory.drop(TARGET, { epoch: 1n, generation: 9n }, SIGNAL)).toMatchObject({ ok: false, error: { code: 'FENCED' } });
    expect(namesOf(unwrap(await next.inventory.load(TARGET, SIGNAL))?.entries ?? [])).toEqual(['a']);
  });

  it('writes nothing while the lease is not held', async () => {
    const state = await StateOfProcess.begin(cluster, 1);
    state.fence.held = false;
    const before = cluster.audit.writes({}).length;
    expect(await state.inventory.save(anInventory(['a']), SIGNAL)).toMatchObject({ ok: false, error: { code: 'FENCED' } });
    expect(cluster.audit.writes({})).toHaveLength(before);
  });

  it('goes on after a compare-and-swap that lost against another write of its own epoch', async () => {
    const state = await StateOfProcess.begin(cluster, 1);
    unwrap(await state.inventory.save(anInventory(['a']), SIGNAL));
    await cluster.edit({ group: '', kind: 'Secret', namespace: 'capstan-system', name: 'capstan-inventory' }, { metadata: { labels: { touched: 'yes' } } });
    unwrap(await state.inventory.save(anInventory(['b'], OTHER), SIGNAL));
    const loaded = unwrap(await state.inventory.loadAll(SIGNAL));
    expect(loaded.targets.map(({ entries }) => namesOf(entries)).toSorted()).toEqual([['a'], ['b']]);
  });

  it('refuses the head of another hub and leaves it as it is', async () => {
    const first = await StateOfProcess.begin(cluster, 1);
    unwrap(await first.inventory.save(anInventory(['a']), SIGNAL));
    const stranger = new StateOfProcess(cluster, 2);
    const before = cluster.audit.writes({}).length;
    expect(await stranger.inventory.claim(hubId(idOf('hub', 'other')), SIGNAL)).toEqual({ ok: false, error: { code: 'OTHER_HUB', hub: HUB } });
    expect(cluster.audit.writes({})).toHaveLength(before);
  });

  it.each(['deleted', 'damaged'] as const)('tells of a %s shard as unreadable, never as empty, and of no other target', async (how) => {
    const first = await StateOfProcess.begin(cluster, 1);
    unwrap(await first.inventory.save(anInventory(['a']), SIGNAL));
    const [shard] = storedSecrets(cluster, 'capstan-inventory-');
    unwrap(await first.inventory.save(anInventory(['b'], OTHER), SIGNAL));
    const name = shard?.metadata.name ?? '';
    if (how === 'deleted') await deleteSecret(cluster, name);
    else await damageSecret(cluster, name, 'shard.json.gz', Buffer.from('not gzip'));
    const second = await StateOfProcess.begin(cluster, 2);
    const loaded = unwrap(await second.inventory.loadAll(SIGNAL));
    expect(loaded.unreadable.map(({ target }) => target)).toEqual([TARGET]);
    expect(loaded.targets.map(({ head }) => head.target)).toEqual([OTHER]);
    expect(await second.inventory.load(TARGET, SIGNAL)).toMatchObject({ ok: false, error: { code: 'CORRUPT' } });
  });

  it('tells of a damaged head as corrupt and claims nothing', async () => {
    const first = await StateOfProcess.begin(cluster, 1);
    unwrap(await first.inventory.save(anInventory(['a']), SIGNAL));
    await damageSecret(cluster, 'capstan-inventory', 'head.json.gz', Buffer.from('x'));
    expect(await new StateOfProcess(cluster, 2).inventory.claim(HUB, SIGNAL)).toMatchObject({ ok: false, error: { code: 'CORRUPT' } });
    expect(storedSecrets(cluster, 'capstan-inventory-')).toHaveLength(1);
  });

  it('does not start a new head over one that vanished under it', async () => {
    const state = await StateOfProcess.begin(cluster, 1);
    await deleteSecret(cluster, 'capstan-inventory');
    expect(await state.inventory.save(anInventory(['a']), SIGNAL)).toMatchObject({ ok: false, error: { code: 'CORRUPT' } });
  });

  it.each(['a part of it', 'an order'] as const)('is not begun anew where %s is left of one that vanished, and what is left stays', async (left) => {
    const first = await StateOfProcess.begin(cluster, 1);
    if (left === 'an order') unwrap(await first.orders.put(await signed(anAssignment({ generation: 1, release: 'one' })), SIGNAL));
    else unwrap(await first.inventory.save(anInventory(['a']), SIGNAL));
    await deleteSecret(cluster, 'capstan-inventory');
    const before = cluster.audit.writes({}).length;
    const claimed = await new StateOfProcess(cluster, 2).inventory.claim(HUB, SIGNAL);
    expect(claimed).toMatchObject({ ok: false, error: { code: 'CORRUPT', message: expect.stringContaining('Secret capstan-inventory is gone') } });
    expect(cluster.audit.writes({})).toHaveLength(before);
  });

  it('raises the floor with a removal, in the same step, and keeps the highest', async () => {
    const state = await StateOfProcess.begin(cluster, 1);
    unwrap(await state.inventory.save(anInventory(['a']), SIGNAL));
    unwrap(await state.inventory.drop(TARGET, { epoch: 1n, generation: 7n }, SIGNAL));
    unwrap(await state.inventory.drop(TARGET, { epoch: 1n, generation: 3n }, SIGNAL));
    const loaded = unwrap(await (await StateOfProcess.begin(cluster, 2)).inventory.loadAll(SIGNAL));
    expect(loaded).toMatchObject({ floor: { epoch: 1n, generation: 7n }, targets: [] });
    expect(storedSecrets(cluster, 'capstan-inventory-')).toEqual([]);
  });

  it('writes the head alone when only the head says something new, and one part where one of ten thousand objects does', async () => {
    const state = await StateOfProcess.begin(cluster, 1);
    const many = anInventory(Array.from({ length: 10_000 }, (_, index) => `object-${index}`));
    unwrap(await state.inventory.save(many, SIGNAL));
    cluster.audit.mark();
    const held = { ...many.head.held, generation: 2n };
    unwrap(await state.inventory.save({ ...many, head: { ...many.head, held } }, SIGNAL));
    expect(cluster.audit.entries().map(({ verb, name }) => `${verb} ${name}`)).toEqual(['update capstan-inventory']);
    cluster.audit.mark();
    unwrap(await state.inventory.save({ ...many, entries: [...many.entries.toSpliced(5_000, 1), ...anInventory(['other']).entries] }, SIGNAL));
    const parts = cluster.audit.entries().filter(({ verb }) => verb === 'create');
    expect(parts.length).toBeLessThanOrEqual(3);
    expect(unwrap(await state.inventory.load(TARGET, SIGNAL))?.entries).toHaveLength(10_000);
  });

  it('holds ten thousand objects in shards that fit Secrets', async () => {
    const state = await StateOfProcess.begin(cluster, 1);
    const names = Array.from({ length: 10_000 }, (_, index) => `object-${index}`);
    unwrap(await state.inventory.save(anInventory(names), SIGNAL));
    expect(unwrap(await state.inventory.load(TARGET, SIGNAL))?.entries).toHaveLength(10_000);
    for (const shard of storedSecrets(cluster, 'capstan-inventory-')) expect(JSON.stringify(shard).length).toBeLessThan(1024 * 1024);
  });
});
