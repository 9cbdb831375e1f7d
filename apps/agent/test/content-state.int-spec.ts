import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { contentId, contentKey, releaseId, targetId, type KubeObject } from '#domain';
import { digestOfJson } from '#kernel';
import type { RenderedContent } from '../src/reconcile/agent.ports.js';
import { damageSecret, deleteSecret, Killed, SIGNAL, StateOfProcess, storedSecrets, TARGET } from './state-fixture.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { idOf } from './test-orders.js';

const EMPTY = digestOfJson({});
const orderOf = (release: string) => ({ release: { id: releaseId(idOf('release', release)) }, parametersDigest: EMPTY });
const keyOf = (release: string): string => contentKey(orderOf(release));
const idsOf = (...releases: readonly string[]): readonly string[] => releases.map((release) => contentId(orderOf(release))).toSorted();
const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 1, 0, minute));

/** @param incompressibleBytes of data that gzip cannot make smaller */
function content(name: string, incompressibleBytes = 0): RenderedContent {
  const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { blob: randomBytes(incompressibleBytes).toString('base64') } };
  return { objects: [object], renderDigest: digestOfJson([object]) };
}

describe('rendered content in Secrets', () => {
  let cluster: TestCluster;
  let state: StateOfProcess;

  beforeEach(async () => {
    cluster = await TestCluster.start();
    state = await StateOfProcess.begin(cluster, 1);
  });
  afterEach(() => cluster.stop());

  it.each([['one Secret', 100, 1], ['three', 2_000_000, 3]] as const)('gives back what was put, in %s', async (_what, bytes, secrets) => {
    const stored = content('a', bytes);
    unwrap(await state.content.put(TARGET, keyOf('r1'), stored, SIGNAL));
    expect(storedSecrets(cluster, 'capstan-content-')).toHaveLength(secrets);
    expect(unwrap(await new StateOfProcess(cluster, 2).content.get(TARGET, keyOf('r1'), SIGNAL))).toEqual(stored);
  });

  it('is not stored when nothing is there, and is unavailable, not absent, when the cluster does not answer', async () => {
    expect(unwrap(await state.content.get(TARGET, keyOf('r1'), SIGNAL))).toBeUndefined();
    await cluster.grant('capstan-agent', []);
    expect(await state.content.get(TARGET, keyOf('r1'), SIGNAL)).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
  });

  it('reads as not stored when it was killed before its manifest, and can be put again', async () => {
    state.dieAt = 'agent.state.after-parts';
    await expect(state.content.put(TARGET, keyOf('r1'), content('a', 2_000_000), SIGNAL)).rejects.toBeInstanceOf(Killed);
    const next = new StateOfProcess(cluster, 2);
    expect(unwrap(await next.content.get(TARGET, keyOf('r1'), SIGNAL))).toBeUndefined();
    const again = content('a', 2_000_000);
    unwrap(await next.content.put(TARGET, keyOf('r1'), again, SIGNAL));
    expect(unwrap(await next.content.get(TARGET, keyOf('r1'), SIGNAL))).toEqual(again);
  });

  it.each(['deleted', 'damaged'] as const)('tells of a %s part as corrupt, and is whole again after the next put', async (how) => {
    const stored = content('a', 2_000_000);
    unwrap(await state.content.put(TARGET, keyOf('r1'), stored, SIGNAL));
    const part = storedSecrets(cluster, `${keyOf('r1')}-`)[0]?.metadata.name ?? '';
    if (how === 'deleted') await deleteSecret(cluster, part);
    else await damageSecret(cluster, part, 'part', Buffer.from('other bytes'));
    expect(await state.content.get(TARGET, keyOf('r1'), SIGNAL)).toMatchObject({ ok: false, error: { code: 'CORRUPT' } });
    unwrap(await state.content.put(TARGET, keyOf('r1'), stored, SIGNAL));
    expect(unwrap(await state.content.get(TARGET, keyOf('r1'), SIGNAL))).toEqual(stored);
  });

  it('keeps what is in use and the three that were healthy last, and drops the parts of the others too', async () => {
    for (const [index, release] of ['r1', 'r2', 'r3', 'r4', 'r5', 'never-healthy'].entries()) {
      unwrap(await state.content.put(TARGET, keyOf(release), content(release, release === 'r1' ? 2_000_000 : 0), SIGNAL));
      if (release !== 'never-healthy' && release !== 'r5') unwrap(await state.content.markHealthy(TARGET, keyOf(release), at(index), SIGNAL));
    }
    unwrap(await state.content.retain(TARGET, [keyOf('r5')], SIGNAL));
    expect(storedSecrets(cluster, 'capstan-content-').map(({ metadata }) => metadata.name).toSorted()).toEqual(['r2', 'r3', 'r4', 'r5'].map(keyOf).toSorted());
  });

  it('asks once what is stored, and knows it from then on', async () => {
    for (const release of ['r1', 'r2']) unwrap(await state.content.put(TARGET, keyOf(release), content(release), SIGNAL));
    unwrap(await state.content.retain(TARGET, [keyOf('r1'), keyOf('r2')], SIGNAL));
    cluster.audit.mark();
    unwrap(await state.content.put(TARGET, keyOf('r3'), content('r3', 2_000_000), SIGNAL));
    unwrap(await state.content.retain(TARGET, [keyOf('r3')], SIGNAL));
    expect(cluster.audit.entries().map(({ verb }) => verb)).toEqual(['create', 'create', 'create', 'delete', 'delete']);
    unwrap(await state.content.retain(TARGET, [], SIGNAL));
    expect(storedSecrets(cluster, 'capstan-content-')).toEqual([]);
  });

  it('asks again after a write that did not end well, and so finds the parts that it left', async () => {
    unwrap(await state.content.put(TARGET, keyOf('r1'), content('a'), SIGNAL));
    unwrap(await state.content.retain(TARGET, [keyOf('r1')], SIGNAL));
    state.dieAt = 'agent.state.after-parts';
    await expect(state.content.put(TARGET, keyOf('r2'), content('b', 2_000_000), SIGNAL)).rejects.toBeInstanceOf(Killed);
    expect(storedSecrets(cluster, `${keyOf('r2')}-`)).toHaveLength(2);
    unwrap(await state.content.retain(TARGET, [keyOf('r1')], SIGNAL));
    expect(storedSecrets(cluster, 'capstan-content-').map(({ metadata }) => metadata.name)).toEqual([keyOf('r1')]);
  });

  it('tells what is stored whole: not what was cut short, not what was dropped, and not nothing when the cluster does not answer', async () => {
    unwrap(await state.content.put(TARGET, keyOf('r1'), content('a', 2_000_000), SIGNAL));
    expect(unwrap(await state.content.kept(TARGET, SIGNAL))).toEqual(idsOf('r1'));
    unwrap(await state.content.put(TARGET, keyOf('r2'), content('b'), SIGNAL));
    expect(unwrap(await state.content.kept(TARGET, SIGNAL))).toEqual(idsOf('r1', 'r2'));
    unwrap(await state.content.retain(TARGET, [keyOf('r2')], SIGNAL));
    state.dieAt = 'agent.state.after-parts';
    await expect(state.content.put(TARGET, keyOf('r3'), content('c', 2_000_000), SIGNAL)).rejects.toBeInstanceOf(Killed);
    expect(unwrap(await state.content.kept(TARGET, SIGNAL))).toEqual(idsOf('r2'));
    const next = new StateOfProcess(cluster, 2);
    await cluster.grant('capstan-agent', []);
    expect(await next.content.kept(TARGET, SIGNAL)).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
  });

  it.each(['deleted', 'damaged'] as const)('no longer tells of content that was found %s, until it is stored again', async (how) => {
    for (const release of ['r1', 'r2']) unwrap(await state.content.put(TARGET, keyOf(release), content(release), SIGNAL));
    expect(unwrap(await state.content.kept(TARGET, SIGNAL))).toEqual(idsOf('r1', 'r2'));
    if (how === 'deleted') await deleteSecret(cluster, keyOf('r1'));
    else await damageSecret(cluster, keyOf('r1'), 'part', Buffer.from('other bytes'));
    const found = await state.content.get(TARGET, keyOf('r1'), SIGNAL);
    expect(found).toMatchObject(how === 'deleted' ? { ok: true, value: undefined } : { ok: false, error: { code: 'CORRUPT' } });
    expect(unwrap(await state.content.kept(TARGET, SIGNAL))).toEqual(idsOf('r2'));
    unwrap(await state.content.put(TARGET, keyOf('r1'), content('r1'), SIGNAL));
    expect(unwrap(await state.content.kept(TARGET, SIGNAL))).toEqual(idsOf('r1', 'r2'));
  });

  it('asks once for all targets after a start, also while one of them is written', async () => {
    const other = targetId(idOf('target', 'other'));
    const third = targetId(idOf('target', 'third'));
    for (const [target, release] of [[TARGET, 'r1'], [other, 'r2'], [third, 'r3']] as const) unwrap(await state.content.put(target, keyOf(release), content(release), SIGNAL));
    const next = new StateOfProcess(cluster, 2);
    cluster.audit.mark();
    const [one, , two] = await Promise.all([next.content.kept(TARGET, SIGNAL), next.content.put(third, keyOf('r4'), content('r4'), SIGNAL), next.content.kept(other, SIGNAL)]);
    expect([unwrap(one), unwrap(two)]).toEqual([idsOf('r1'), idsOf('r2')]);
    const lists = (): number => cluster.audit.entries().filter(({ verb }) => verb === 'list').length;
    expect(lists()).toBe(1);
    expect(unwrap(await next.content.kept(third, SIGNAL))).toEqual(idsOf('r3', 'r4'));
    expect(lists()).toBe(2); // what was written meanwhile may be in the list or not
  });

  it('remembers that content was healthy when the same content is put again', async () => {
    unwrap(await state.content.put(TARGET, keyOf('r1'), content('a'), SIGNAL));
    unwrap(await state.content.markHealthy(TARGET, keyOf('r1'), at(1), SIGNAL));
    unwrap(await state.content.put(TARGET, keyOf('r1'), content('a'), SIGNAL));
    unwrap(await state.content.retain(TARGET, [], SIGNAL));
    expect(unwrap(await state.content.get(TARGET, keyOf('r1'), SIGNAL))).toBeDefined();
  });

  it('drops everything of a target that is gone', async () => {
    unwrap(await state.content.put(TARGET, keyOf('r1'), content('a', 2_000_000), SIGNAL));
    unwrap(await state.content.dropAll(TARGET, SIGNAL));
    expect(storedSecrets(cluster, 'capstan-content-')).toEqual([]);
  });

  it('writes nothing over content of a newer lease', async () => {
    const next = await StateOfProcess.begin(cluster, 2);
    const stored = content('a');
    unwrap(await next.content.put(TARGET, keyOf('r1'), stored, SIGNAL));
    expect(await state.content.put(TARGET, keyOf('r1'), content('b'), SIGNAL)).toMatchObject({ ok: false, error: { code: 'FENCED' } });
    expect(unwrap(await next.content.get(TARGET, keyOf('r1'), SIGNAL))).toEqual(stored);
  });
});
