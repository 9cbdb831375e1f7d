import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HOOK_RUN_ANNOTATION, readObject, targetId, type KubeObject } from '#domain';
import { hookJob, job } from './hook-objects.js';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { anAssignment, idOf } from './test-orders.js';

jest.setTimeout(120_000);

const BROKEN = 'example.com/migrate:broken';

/** Hooks of a release on the sandbox, whose Jobs really run to an end; its audit log is the witness. */
describe('the hooks of a release', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  let source: TestSource;
  let generation = 0;
  beforeEach(async () => {
    generation = 0;
    cluster = await TestCluster.start();
    source = new TestSource();
    agent = await TestAgent.start(cluster, source);
  });
  afterEach(async () => {
    await agent.stop();
    await cluster.stop();
  });

  const order = async (release: string, objects: readonly KubeObject[]): Promise<bigint> => {
    generation += 1;
    source.put(release, objects);
    await agent.accept(anAssignment({ generation, release }));
    return BigInt(generation);
  };
  const synced = async (release: string, objects: readonly KubeObject[]): Promise<void> => {
    const version = await order(release, objects);
    await agent.reported({ generation: version, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' });
  };

  it('run before and after the objects, are not counted, and are not run again', async () => {
    const objects = [
      hookJob('migrate', { 'capstan.dev/hook': 'before' }),
      hookJob('notify', { 'capstan.dev/hook': 'after', 'capstan.dev/hook-delete': 'before-creation,succeeded' }),
      configMap('settings', { a: '1' }),
      deployment('web', 'web:1'),
    ];
    await synced('one', objects);
    expect(agent.last()).toMatchObject({ objectCount: 2 });
    expect(cluster.writes()).toEqual(['create namespaces shop', 'create jobs shop/migrate', 'patch configmaps shop/settings', 'patch deployments shop/web', 'create jobs shop/notify', 'delete jobs shop/notify']);
    expect(cluster.object(job('migrate'))?.metadata.annotations).toMatchObject({ [HOOK_RUN_ANNOTATION]: '1-1/before' });

    cluster.audit.mark();
    const again = await order('one', objects);
    await agent.reported({ generation: again, sync: 'SYNCED', reason: 'SYNCED' });
    expect(cluster.writes()).toEqual([]);

    await synced('two', [...objects.slice(0, 2), configMap('settings', { a: '2' }), deployment('web', 'web:1')]);
    expect(cluster.writes()).toEqual(['delete jobs shop/migrate', 'create jobs shop/migrate', 'patch configmaps shop/settings', 'create jobs shop/notify', 'delete jobs shop/notify']);
  });

  it('that fail before leave everything as it was, run what is for failures once, and run again when they are asked to', async () => {
    await synced('one', [configMap('settings', { a: '1' })]);
    cluster.audit.mark();
    const broken = [
      hookJob('migrate', { 'argocd.argoproj.io/hook': 'PreSync', 'capstan.dev/hook-deadline': '1s' }, BROKEN),
      hookJob('alarm', { 'argocd.argoproj.io/hook': 'SyncFail' }),
      configMap('settings', { a: '2' }),
    ];
    const version = await order('two', broken);
    const { message } = await agent.reported({ generation: version, sync: 'KEPT_LAST_GOOD', reason: 'HOOK_TIMED_OUT' });
    expect(message).toContain('the before hook Job.batch shop/migrate: not done after 1 s');
    await agent.reported({ generation: version, message });
    expect(cluster.writes()).toEqual(['create jobs shop/migrate', 'create jobs shop/alarm']);
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ a: '1' });

    const repeated = await order('two', broken);
    await agent.reported({ generation: repeated, sync: 'KEPT_LAST_GOOD', reason: 'HOOK_TIMED_OUT' });
    expect(cluster.writes().filter((write) => write === 'create jobs shop/migrate')).toHaveLength(2);
  });

  it('of an earlier attempt that had succeeded do not run again when a later one is tried again', async () => {
    const objects = (image: string): readonly KubeObject[] => [
      hookJob('first', { 'capstan.dev/hook': 'before', 'capstan.dev/wave': '-1' }),
      hookJob('second', { 'capstan.dev/hook': 'before', 'capstan.dev/hook-deadline': '1s' }, image),
      configMap('settings', { a: '1' }),
    ];
    await agent.reported({ generation: await order('one', objects(BROKEN)), sync: 'FAILED', reason: 'HOOK_TIMED_OUT' });
    await agent.reported({ generation: await order('one', objects(BROKEN)), sync: 'FAILED', reason: 'HOOK_TIMED_OUT' });
    expect(cluster.writes()).toEqual(['create namespaces shop', 'create jobs shop/first', 'create jobs shop/second', 'delete jobs shop/second', 'create jobs shop/second']);
  });

  it('are shown with their pods to those who ask what the target consists of, and are asked for their logs', async () => {
    await synced('one', [hookJob('migrate', { 'capstan.dev/hook': 'before' }), configMap('settings', { a: '1' })]);
    const target = targetId(idOf('target', 'shop'));
    const signal = AbortSignal.timeout(10_000);
    const { nodes } = unwrap(await agent.core.requests.listResources(target, signal));
    const hook = nodes.find(({ ref }) => ref.name === 'migrate');
    expect(hook).toMatchObject({ ref: job('migrate'), health: 'HEALTHY', parentId: undefined });
    const pod = nodes.find(({ parentId }) => parentId === hook?.id);
    expect(pod).toMatchObject({ ref: { kind: 'Pod', namespace: 'shop' } });
    const question = { target, namespace: 'shop', pod: pod?.ref.name ?? '', container: undefined, previous: false, follow: false, tailLines: 10, sinceSeconds: undefined };
    expect(await agent.core.requests.readLogs(question, signal)).toMatchObject({ ok: true });
    expect(unwrap(await agent.core.requests.describeObject(target, job('migrate'), signal)).objectJson).toContain('"kind":"Job"');
  });

  it('heal what runs while they run', async () => {
    await synced('one', [configMap('settings', { a: '1' }), deployment('web', 'web:1')]);
    const version = await order('two', [hookJob('migrate', { 'capstan.dev/hook': 'before' }, BROKEN), configMap('settings', { a: '2' }), deployment('web', 'web:1')]);
    await agent.reported({ generation: version, sync: 'APPLYING', reason: 'HOOK_RUNNING' });
    await cluster.edit(deploy('web'), { spec: { replicas: 3 } });
    await agent.reported({ generation: version, healedCount: 1, reason: 'HOOK_RUNNING' });
    await cluster.edit(cm('settings'), { data: { a: 'x' } });
    await agent.reported({ generation: version, healedCount: 2, reason: 'HOOK_RUNNING' });
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ a: '1' });
  });

  it('whose place somebody else has are refused before anything is written', async () => {
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await cluster.create({ ...hookJob('migrate', {}), metadata: { name: 'migrate', namespace: 'shop' } });
    const version = await order('one', [configMap('settings', { a: '1' }), hookJob('migrate', { 'helm.sh/hook': 'post-install' })]);
    const { message } = await agent.reported({ generation: version, sync: 'FAILED', reason: 'OBJECT_CLAIMED' });
    expect(message).toContain('the after hook Job.batch shop/migrate is there already and does not belong to this application');
    expect(cluster.writes()).toEqual([]);
  });

  it('that the server would not take are refused before anything is written', async () => {
    const nameless = hookJob('migrate', { 'capstan.dev/hook': 'after' });
    const version = await order('one', [configMap('settings', { a: '1' }), { ...nameless, spec: { template: {}, nonsense: 1 } }]);
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    const { message } = await agent.reported({ generation: version, sync: 'FAILED', reason: 'INVALID_FOR_SERVER' });
    expect(message).toContain('Job.batch shop/migrate');
    expect(cluster.writes()).toEqual([]);
  });

  it('of a release end before those of the next begin', async () => {
    await synced('one', [configMap('settings', { a: '1' })]);
    const hook = { 'capstan.dev/hook': 'before', 'capstan.dev/hook-deadline': '2s' };
    await agent.reported({ generation: await order('two', [hookJob('migrate', hook, BROKEN), configMap('settings', { a: '2' })]), reason: 'HOOK_RUNNING' });
    const uid = cluster.object(job('migrate'))?.metadata.uid;
    const version = await order('three', [hookJob('migrate', hook), configMap('settings', { a: '3' })]);
    const { message } = await agent.reported({ generation: version, reason: 'HOOK_RUNNING' });
    expect(message).toContain('the before hook Job.batch shop/migrate');
    expect(cluster.object(job('migrate'))?.metadata.uid).toBe(uid);
    await agent.reported({ generation: version, sync: 'SYNCED', reason: 'SYNCED' });
    expect(cluster.writes().filter((write) => write.includes('jobs'))).toEqual(['create jobs shop/migrate', 'delete jobs shop/migrate', 'create jobs shop/migrate']);
  });

  it('may be what was an ordinary object so far, and may have a name made for each release', async () => {
    await synced('one', [hookJob('migrate', {}), configMap('settings', { a: '1' })]);
    const uid = cluster.object(job('migrate'))?.metadata.uid;
    const generated = readObject({ ...JSON.parse(JSON.stringify(hookJob('x', {}))), metadata: { generateName: 'seed-', annotations: { 'argocd.argoproj.io/hook': 'PostSync' } } });
    if (!generated.ok) throw new Error(generated.error.what);
    await synced('two', [hookJob('migrate', { 'argocd.argoproj.io/hook': 'PreSync' }), generated.value, configMap('settings', { a: '1' })]);
    expect(cluster.object(job('migrate'))?.metadata.uid).not.toBe(uid);
    expect(agent.last()).toMatchObject({ objectCount: 1, drifted: [], healedCount: 0 });
    const seeds = (): readonly string[] => [...cluster.sandbox.objects().values()].filter(({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith('seed-')).map(({ metadata }) => metadata.name);
    const [first] = seeds();
    await synced('three', [hookJob('migrate', { 'argocd.argoproj.io/hook': 'PreSync' }), generated.value, configMap('settings', { a: '2' })]);
    expect(seeds()).toHaveLength(1);
    expect(seeds()).not.toEqual([first]);
  });

  it('that hold data or other objects, or are protected, are never deleted: neither by a policy nor for becoming a hook', async () => {
    const volume = (annotations: Readonly<Record<string, string>>): KubeObject => ({
      apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', annotations }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const kept = (annotations: Readonly<Record<string, string>>): KubeObject => configMap('kept', { a: '1' }, { annotations: { 'capstan.dev/protect': 'true', ...annotations } });
    const before = { 'capstan.dev/hook': 'before' };
    const pvc = { group: '', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' };
    const uids = (): readonly (string | undefined)[] => [pvc, cm('kept')].map((ref) => cluster.object(ref)?.metadata.uid);
    const done = async (release: string, objects: readonly KubeObject[]): Promise<unknown> => agent.reported({ generation: await order(release, objects), sync: 'SYNCED', reason: 'SYNCED' });
    await done('one', [volume({}), kept({}), configMap('settings', { a: '1' })]);
    const first = uids();
    await done('two', [volume(before), kept(before), configMap('settings', { a: '2' })]);
    await done('three', [volume({ ...before, 'capstan.dev/hook-delete': 'before-creation,succeeded' }), kept({ ...before, 'capstan.dev/hook-delete': 'succeeded' }), configMap('settings', { a: '3' })]);
    await done('four', [configMap('settings', { a: '4' })]);
    expect(cluster.deletes()).toEqual([]);
    expect(uids()).toEqual(first);
  });

  it('wait after the objects for their health, but for those of Helm', async () => {
    const version = await order('one', [deployment('web', 'web:broken'), hookJob('migrate', { 'helm.sh/hook': 'post-install' })]);
    await agent.reported({ generation: version, sync: 'SYNCED' });
    const next = await order('two', [deployment('web', 'web:broken'), hookJob('verify', { 'argocd.argoproj.io/hook': 'PostSync' })]);
    const { message } = await agent.reported({ generation: next, sync: 'APPLYING', reason: 'WAVE_PROGRESSING' });
    expect(message).toContain('the after hooks wait for Deployment.apps shop/web');
    expect(cluster.object(job('verify'))).toBeUndefined();
  });
});
