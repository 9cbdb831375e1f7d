import { expect } from '@jest/globals';
import { until, type GitRepositoryBuilder } from '#testing';
import { applicationSpec, createApplication, registeredRepository, type ApplicationRequest } from './stage/applications.js';
import { configMap } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import type { Stage } from './stage/stage.js';
import { targetsOf, untilRuns, untilTarget, type TargetView } from './stage/targets.js';

const FIVE = ['a', 'b', 'c', 'd', 'e'] as const;
const CLUSTERS = [{ name: 'prod', labels: { env: 'prod' } }, { name: 'leaving', labels: { env: 'test' } }];

describeOnStage('removal', { clusters: CLUSTERS }, (promise) => {
  promise('what a commit no longer declares is pruned, and nothing else', async (stage) => {
    const { repository, prod } = await fiveObjects(stage, { name: 'pruned' });
    prod.mark();
    const second = await repository.commit({ 'app/a.yaml': null });
    await untilRuns(stage, 'pruned', 'prod', second);
    expect(prod.writeLines()).toEqual(['delete configmaps pruned/a']);
    expect(prod.writes()[0]?.requestObject).toMatchObject({ preconditions: { uid: expect.any(String) } });
    expect(prod.strangeWrites()).toEqual([]);
  });

  promise('a prune of most objects waits for the approval of exactly that plan', async (stage) => {
    const { repository, prod } = await fiveObjects(stage, { name: 'guarded' });
    prod.mark();
    const second = await repository.commit({ 'app/a.yaml': null, 'app/b.yaml': null, 'app/c.yaml': null, 'app/e.yaml': configMap('e', { key: 'changed' }) });
    const waiting = await untilTarget(stage, 'guarded', 'prod', 'waits for approval', ({ sync }) => sync === 'AWAITING_APPROVAL');
    expect(waiting).toMatchObject({ reason: 'PRUNE_NEEDS_APPROVAL', observed: { pendingRemoval: { total: 3 } } });
    expect(waiting.observed.pendingRemoval?.objects.map(({ name }) => name).toSorted()).toEqual(['a', 'b', 'c']);
    expect(prod.deleteLines()).toEqual([]);

    const wrong = await stage.api.mutate('approvePrune', { target: 'default/guarded@prod', digest: `sha256:${'0'.repeat(64)}` });
    expect(wrong.userErrors.map(({ code }) => code)).toEqual(['DIGEST_MISMATCH']);
    await stage.api.must('approvePrune', { target: 'default/guarded@prod', digest: waiting.observed.pendingRemoval?.digest });
    await untilRuns(stage, 'guarded', 'prod', second);
    expect(prod.deleteLines()).toEqual(['delete configmaps guarded/a', 'delete configmaps guarded/b', 'delete configmaps guarded/c']);
    expect(prod.writeLines().filter((line) => !line.startsWith('delete'))).toEqual(['patch configmaps guarded/e']);
  });

  promise('prune: false keeps what is no longer declared and lists it', async (stage) => {
    const { repository, prod } = await fiveObjects(stage, { name: 'unpruned', sync: { prune: false } });
    prod.mark();
    await repository.commit({ 'app/a.yaml': null });
    const target = await untilTarget(stage, 'unpruned', 'prod', 'says what could go', ({ sync, reason }) => sync === 'SYNCED' && reason === 'PRUNE_DISABLED');
    expect(target.message).toContain('unpruned/a');
    expect(prod.writeLines()).toEqual([]);
  });

  promise('a label change that takes an application away needs confirmation, then removes exactly its objects', async (stage) => {
    await stage.api.must('labelCluster', { name: 'prod', set: { tier: 'gold' } });
    const { prod } = await fiveObjects(stage, { name: 'unmatched', selector: { matchLabels: { tier: 'gold' } } });
    prod.mark();
    const refused = await stage.api.mutate('labelCluster', { name: 'prod', set: { tier: 'silver' } });
    expect(refused.userErrors).toMatchObject([{ code: 'REMOVAL_NEEDS_CONFIRMATION', details: { count: 1, digest: expect.any(String) } }]);
    expect(await targetsOf(stage, 'unmatched')).toMatchObject([{ sync: 'SYNCED' }]);

    await stage.api.must('labelCluster', { name: 'prod', set: { tier: 'silver' }, confirmRemovals: refused.userErrors[0]?.details?.['digest'] });
    await untilGone(stage, 'unmatched');
    expect(prod.writeLines()).toEqual(FIVE.map((name) => `delete configmaps unmatched/${name}`));
    expect(prod.strangeWrites()).toEqual([]);
    expect(await prod.find('Namespace', '', 'unmatched')).toBeDefined();
  });

  promise('without prune the objects stay when the selector lets go, and are healed no more', async (stage) => {
    const { prod, spec } = await fiveObjects(stage, { name: 'orphaned', sync: { prune: false } });
    prod.mark();
    const change = { project: 'default', name: 'orphaned', spec: applicationSpec({ ...spec, selector: { matchLabels: { env: 'nowhere' } } }) };
    const refused = await stage.api.mutate('updateApplication', change);
    expect(refused.userErrors).toMatchObject([{ code: 'REMOVAL_NEEDS_CONFIRMATION', details: { count: 1 } }]);
    await stage.api.must('updateApplication', { ...change, confirmRemovals: refused.userErrors[0]?.details?.['digest'] });
    await untilGone(stage, 'orphaned');
    expect(prod.deleteLines()).toEqual([]);
    for (const name of FIVE) expect((await prod.get('ConfigMap', 'orphaned', name))['data']).toEqual({ key: name });
  });

  promise('deleting an application with DELETE removes its objects, with ORPHAN it leaves them', async (stage) => {
    const { prod } = await fiveObjects(stage, { name: 'deleted' });
    await fiveObjects(stage, { name: 'left' });
    prod.mark();
    await stage.api.must('deleteApplication', { project: 'default', name: 'deleted', mode: 'DELETE' });
    await stage.api.must('deleteApplication', { project: 'default', name: 'left', mode: 'ORPHAN' });
    for (const name of ['deleted', 'left']) await untilApplicationIsGone(stage, name);
    expect(prod.deleteLines()).toEqual(FIVE.map((name) => `delete configmaps deleted/${name}`));
    for (const name of FIVE) expect((await prod.get('ConfigMap', 'left', name))['data']).toEqual({ key: name });
  });

  promise('a cluster that leaves the fleet keeps everything, and its agent lets go', async (stage) => {
    const leaving = stage.cluster('leaving');
    const repository = await registeredRepository(stage, 'last');
    const commit = await repository.commit({ 'app/a.yaml': configMap('a', { key: 'a' }) });
    await createApplication(stage, { name: 'last', repository: 'last', path: 'app', namespace: 'last', selector: { matchLabels: { env: 'test' } } });
    await untilRuns(stage, 'last', 'leaving', commit);
    leaving.mark();
    await stage.api.must('removeCluster', { name: 'leaving' });
    await until('the cluster is removed', 60_000, async () => {
      const { cluster } = await stage.api.query<{ readonly cluster: { readonly state: string } | null }>('{ cluster(name: "leaving") { state } }');
      return cluster === null || cluster.state === 'REMOVED' ? true : undefined;
    });
    expect(leaving.deleteLines()).toEqual([]);
    expect((await leaving.get('ConfigMap', 'last', 'a'))['data']).toEqual({ key: 'a' });
  });
});

async function fiveObjects(stage: Stage, wanted: Pick<ApplicationRequest, 'name' | 'sync' | 'selector'>): Promise<{ readonly repository: GitRepositoryBuilder; readonly prod: ReturnType<Stage['cluster']>; readonly spec: ApplicationRequest }> {
  const { name } = wanted;
  const repository = await registeredRepository(stage, name);
  const commit = await repository.commit(Object.fromEntries(FIVE.map((key) => [`app/${key}.yaml`, configMap(key, { key })])));
  const spec: ApplicationRequest = { selector: { matchLabels: { env: 'prod' } }, ...wanted, repository: name, path: 'app', namespace: name };
  await createApplication(stage, spec);
  await untilRuns(stage, name, 'prod', commit);
  return { repository, prod: stage.cluster('prod'), spec };
}

async function untilGone(stage: Stage, application: string): Promise<void> {
  let last: readonly TargetView[] = [];
  await until(`no target of ${application} is left`, 60_000, async () => {
    last = await targetsOf(stage, application);
    return last.every(({ sync }) => sync === 'REMOVED') ? true : undefined;
  }, () => JSON.stringify(last));
}

async function untilApplicationIsGone(stage: Stage, name: string): Promise<void> {
  await until(`application ${name} is gone`, 60_000, async () => {
    const { application } = await stage.api.query<{ readonly application: object | null }>('query Gone($name: String!) { application(name: $name) { name } }', { name });
    return application === null ? true : undefined;
  });
}
