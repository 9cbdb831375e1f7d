import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Json } from '#kernel';
import type { KubeObject, ObjectRef } from '#domain';
import { until } from '#testing';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

const asking = (object: KubeObject, apply: string): KubeObject => ({ ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'capstan.dev/apply': apply } } });
/** The same Deployment with another selector, which never changes. */
function renamed(name: string, image: string): KubeObject {
  const labels: Json = { app: `${name}-2` };
  return { ...deployment(name, image), spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image }] } } } };
}

describe('how one object asks to be applied', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  let generation = 0;
  let onFailpoint: (name: string) => void | Promise<void> = () => undefined;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source, 1, { failpoints: { hit: (name) => onFailpoint(name) } });
    unwrap(await cluster.admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, { fieldManager: 'kubectl' }));
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  const order = async (application: string, objects: readonly KubeObject[]): Promise<bigint> => {
    generation += 1;
    source.put(`r${generation}`, objects);
    await agent.accept(anAssignment({ application, generation, release: `r${generation}` }));
    return BigInt(generation);
  };
  const applied = async (application: string, objects: readonly KubeObject[], what: object = { sync: 'SYNCED', reason: 'SYNCED' }): Promise<void> => {
    await agent.reported({ generation: await order(application, objects), ...what }, application);
  };
  const uidOf = (ref: ObjectRef): string | undefined => cluster.object(ref)?.metadata.uid;

  it('create-only: made once, then neither changed nor healed nor drifted, made again when it is gone, and pruned', async () => {
    const others = ['x', 'y', 'z'].map((name) => configMap(name, { a: '1' }));
    const once = (value: string): KubeObject => asking(configMap('once', { a: value }), 'create-only');
    await applied('once', [once('1'), ...others]);
    await cluster.edit(cm('once'), { data: { a: 'theirs' } });
    cluster.audit.mark();
    await applied('once', [once('2'), ...others]);
    expect(cluster.writes()).toEqual([]);
    expect(agent.last('once')?.sync).toBe('SYNCED');
    expect(cluster.object(cm('once'))?.['data']).toEqual({ a: 'theirs' });
    await cluster.remove(cm('once'));
    await until('it is there again', 10_000, () => cluster.object(cm('once')));
    await applied('once', others);
    expect(cluster.object(cm('once'))).toBeUndefined();
  });

  it('create-only: what somebody else made is left to them, and never pruned', async () => {
    const others = ['k', 'l', 'm'].map((name) => configMap(name, { a: '1' }));
    unwrap(await cluster.admin.create(configMap('theirs', { a: 'theirs' }, { namespace: 'shop' })));
    cluster.audit.mark();
    await applied('theirs', [asking(configMap('theirs', { a: '1' }), 'create-only'), ...others]);
    await applied('theirs', others);
    expect(cluster.writes().filter((write) => write.includes('shop/theirs'))).toEqual([]);
    expect(cluster.object(cm('theirs'))?.['data']).toEqual({ a: 'theirs' });
  });

  it('skip: not applied, and let go where it was applied before', async () => {
    const other = configMap('beside', { a: '1' });
    await applied('skip', [asking(configMap('never', { a: '1' }), 'skip'), configMap('later', { a: '1' }), other]);
    expect(cluster.object(cm('never'))).toBeUndefined();
    await applied('skip', [asking(configMap('later', { a: '2' }), 'skip'), other], { sync: 'SYNCED', reason: 'OBJECTS_KEPT' });
    const left = cluster.object(cm('later'));
    expect(left?.['data']).toEqual({ a: '1' });
    expect(left?.metadata.annotations?.['capstan.dev/owner']).toBeUndefined();
    await applied('skip', [other]);
    expect(uidOf(cm('later'))).toBe(left?.metadata.uid);
  });

  it('force: takes fields that others hold; without it every one of them is named', async () => {
    const names = ['f1', 'f2', 'f3'];
    for (const name of names) unwrap(await cluster.admin.apply(configMap(name, { size: 'xl' }, { namespace: 'shop' }), { fieldManager: `sizer-${name}` }));
    await applied('force', names.map((name) => configMap(name, { size: 's' })), { reason: 'FIELD_CONFLICT' });
    expect(agent.last('force')?.message).toBe(names.map((name) => `ConfigMap shop/${name}: .data.size is held by sizer-${name}`).join('; '));
    await applied('force', names.map((name) => asking(configMap(name, { size: 's' }), 'force')));
    expect(names.map((name) => cluster.object(cm(name))?.['data'])).toEqual(names.map(() => ({ size: 's' })));
  });

  it('a field that never changes: named, and nothing is written; with replace the object is made anew, and only once', async () => {
    await applied('anew', [deployment('anew', 'web:1'), configMap('anew', { a: '1' })]);
    const before = uidOf(deploy('anew'));
    cluster.audit.mark();
    await applied('anew', [renamed('anew', 'web:2'), configMap('anew', { a: '2' })], { sync: 'KEPT_LAST_GOOD', reason: 'IMMUTABLE_FIELD' });
    expect(agent.last('anew')?.message).toMatch(/^Deployment\.apps shop\/anew: .*spec\.selector.*immutable/);
    expect(cluster.writes()).toEqual([]);
    await applied('anew', [asking(renamed('anew', 'web:2'), 'replace'), configMap('anew', { a: '2' })], { sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED' });
    const after = uidOf(deploy('anew'));
    expect(after).not.toBe(before);
    expect(cluster.deletes()).toEqual(['deployments shop/anew']);
    await applied('anew', [asking(renamed('anew', 'web:3'), 'replace'), configMap('anew', { a: '2' })], { sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED' });
    expect(uidOf(deploy('anew'))).toBe(after);
  });

  it('replace: never what is protected, nor what would be refused when it is made anew', async () => {
    const kept = { ...deployment('kept', 'web:1'), metadata: { name: 'kept', annotations: { 'capstan.dev/protect': 'true' } } };
    await applied('kept', [kept, deployment('bad', 'web:1')]);
    cluster.audit.mark();
    await applied('kept', [asking({ ...renamed('kept', 'web:2'), metadata: kept.metadata }, 'replace'), deployment('bad', 'web:1')], { reason: 'IMMUTABLE_FIELD' });
    expect(agent.last('kept')?.message).toContain('Deployment.apps shop/kept asks to stay, so it is not deleted to be created again');
    expect([...cluster.writes(), ...cluster.deletes()]).toEqual([]);
  });

  it('replace: never what is not of this application yet, whoever made it', async () => {
    unwrap(await cluster.admin.apply({ ...deployment('theirs', 'web:1'), metadata: { name: 'theirs', namespace: 'shop' } }, { fieldManager: 'kubectl' }));
    const uid = uidOf(deploy('theirs'));
    cluster.audit.mark();
    await applied('theirs', [asking(renamed('theirs', 'web:2'), 'replace')], { reason: 'IMMUTABLE_FIELD' });
    expect(agent.last('theirs')?.message).toContain('Deployment.apps shop/theirs is not of this application yet, so it is not deleted to be created again');
    expect([...cluster.writes(), ...cluster.deletes()]).toEqual([]);
    expect(uidOf(deploy('theirs'))).toBe(uid);
  });

  it('replace: not what was protected after the server had been asked', async () => {
    await applied('late', [deployment('late', 'web:1'), configMap('late', { a: '1' })]);
    const uid = uidOf(deploy('late'));
    onFailpoint = async (name) => {
      if (name === 'agent.apply.after-intent') await cluster.edit(deploy('late'), { metadata: { annotations: { 'capstan.dev/protect': 'true' } } });
    };
    cluster.audit.mark();
    await applied('late', [asking(renamed('late', 'web:2'), 'replace'), configMap('late', { a: '1' })], { reason: 'IMMUTABLE_FIELD' });
    expect(agent.last('late')?.message).toContain('Deployment.apps shop/late asks to stay, so it is not deleted to be created again');
    expect(cluster.deletes()).toEqual([]);
    expect(uidOf(deploy('late'))).toBe(uid);
  });

  it('refuses words that it does not know before any write', async () => {
    cluster.audit.mark();
    await applied('words', [configMap('w1', { a: '1' }), asking(configMap('w2', { a: '1' }), 'recreate')], { reason: 'INVALID_OBJECT' });
    expect(agent.last('words')?.message).toContain('ConfigMap w2: capstan.dev/apply is "recreate"; it takes force, replace, create-only, skip');
    expect(cluster.writes()).toEqual([]);
  });
});
