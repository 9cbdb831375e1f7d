import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { aHub, type TestHub } from './a-hub.js';

jest.setTimeout(120_000);

const DOCS = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs/rollouts.md'), 'utf8');
const CREATE = 'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { userErrors { code field message } } }';
const STRATEGY = `query ($name: String!) { application(name: $name) { revision { spec { strategy { kind onFailure newerRelease offlineWait stages {
  name selector { all matchLabels } limit maxConcurrency failureBudget deadline soak order { by label } before { name approval { approvals } window { windows { kind schedule duration timeZone from } } } after { name } } } } } } }`;
const ANY = { all: true, matchLabels: {} };
const PLAIN = { limit: null, maxConcurrency: null, failureBudget: 0, deadline: '10m', soak: '0s', order: { by: 'NAME', label: null }, before: [], after: [] };

describe('rollouts over the API', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await aHub();
    await hub.database.pool.query(`INSERT INTO repositories (project_id, id, name, url, poll_ms) SELECT id, '00000000-0000-7000-8000-0000000000f1', 'fleet', 'https://git.invalid/fleet', 86400000 FROM projects WHERE name = 'default'`);
  }, 60_000);
  afterAll(() => hub?.close());

  const create = async (name: string, spec: object): Promise<unknown> => (await hub.graphql(CREATE, { input: { name, spec } })).data?.['createApplication'];
  const strategyOf = async (name: string): Promise<unknown> => (await hub.graphql(STRATEGY, { name })).data?.['application'];
  const withStages = (stages: readonly object[]): object => ({ source: { repository: 'fleet', ref: 'main', path: 'a' }, selector: { all: true }, strategy: { kind: 'STAGED', stages } });
  const refused = async (mutation: string, type: string, input: object): Promise<unknown> =>
    (await hub.graphql(`mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code field message hint } } }`, { input })).data?.[mutation];

  it('take the example of the docs, and give it back with every default', async () => {
    const yaml: unknown = parse(/```yaml\n([\s\S]*?)```/.exec(DOCS)?.[1] ?? '');
    const { spec } = yaml as { readonly spec: object };
    expect(await create('shop', spec)).toEqual({ userErrors: [] });
    const window = { kind: 'ALLOW', schedule: '0 8 * * 1-5', duration: '8h', timeZone: 'Europe/Berlin', from: null };
    expect(await strategyOf('shop')).toEqual({
      revision: { spec: { strategy: { kind: 'STAGED', onFailure: 'ROLLBACK', newerRelease: 'REPLACE', offlineWait: '0s', stages: [
        { ...PLAIN, name: 'canary', selector: { all: false, matchLabels: { tier: 'canary' } }, soak: '10m' },
        {
          ...PLAIN, name: 'europe', selector: { all: false, matchLabels: { region: 'eu' } }, maxConcurrency: '20%', failureBudget: 1,
          before: [{ name: 'release-manager', approval: { approvals: 2 }, window: null }, { name: 'office-hours', approval: null, window: { windows: [window] } }],
        },
        { ...PLAIN, name: 'rest', selector: ANY, maxConcurrency: 50, deadline: '15m', order: { by: 'SPREAD', label: 'region' } },
      ] } } },
    });
  });

  it('go through one, a fifth and the rest where nothing is said', async () => {
    expect(await create('plain', { source: { repository: 'fleet', ref: 'main', path: 'a' }, selector: { all: true } })).toEqual({ userErrors: [] });
    expect(await strategyOf('plain')).toMatchObject({ revision: { spec: { strategy: { kind: 'STAGED', onFailure: 'HALT', stages: [{ name: 'canary', limit: 1, failureBudget: 0 }, { name: 'early', limit: '20%' }, { name: 'rest', limit: null }] } } } });
  });

  it.each([
    ['a stage without a selector that says anything', [{ name: 'x', selector: {} }], ['spec', 'strategy', 'stages', '0', 'selector']],
    ['a percentage beyond all', [{ name: 'x', selector: { all: true }, limit: '120%' }], ['spec', 'strategy', 'stages', '0', 'limit']],
    ['a gate that waits for nothing', [{ name: 'x', selector: { all: true }, before: [{ name: 'g' }] }], ['spec', 'strategy', 'stages', '0', 'before', '0']],
    ['a window in a zone that is none', [{ name: 'x', selector: { all: true }, after: [{ name: 'g', window: { windows: [{ kind: 'ALLOW', schedule: '0 8 * * *', duration: '1h', timeZone: 'Mars/Base' }] } }] }], ['spec', 'strategy', 'stages', '0', 'after', '0', 'window', 'windows', '0', 'timeZone']],
    ['two stages of one name', [{ name: 'x', selector: { all: true } }, { name: 'x', selector: { all: true } }], ['spec', 'strategy', 'stages', '1', 'name']],
  ])('refuse %s, naming the field', async (_name, stages, field) => {
    expect(await create('refused', withStages(stages))).toMatchObject({ userErrors: [{ field }] });
  });

  it('say what is wrong with a word to a rollout that is not there, or without a reason', async () => {
    for (const mutation of ['pauseRollout', 'resumeRollout', 'abortRollout', 'retryRollout']) {
      expect(await refused(mutation, `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`, { rollout: 'nothing' })).toMatchObject({ userErrors: [{ code: 'ROLLOUT_NOT_FOUND' }] });
    }
    expect(await refused('promoteStage', 'PromoteStageInput', { rollout: 'nothing', reason: 'x' })).toMatchObject({ userErrors: [{ code: 'ROLLOUT_NOT_FOUND' }] });
    expect(await refused('approveGate', 'ApproveGateInput', { rollout: 'nothing', stage: 'x', gate: 'y' })).toMatchObject({ userErrors: [{ code: 'ROLLOUT_NOT_FOUND' }] });
    expect(await refused('rollback', 'RollbackInput', { reason: 'x' })).toMatchObject({ userErrors: [{ code: 'INVALID_VALUE', field: ['application'] }] });
    expect(await refused('rollback', 'RollbackInput', { application: 'shop', reason: ' ' })).toMatchObject({ userErrors: [{ code: 'REASON_MISSING', field: ['reason'] }] });
    expect(await refused('rollback', 'RollbackInput', { application: 'shop', reason: 'x' })).toMatchObject({ userErrors: [{ code: 'TARGET_NOT_FOUND' }] });
    expect(await refused('rollback', 'RollbackInput', { cluster: 'eu-1', release: 3, reason: 'x' })).toMatchObject({ userErrors: [{ code: 'INVALID_VALUE', message: expect.stringContaining('name it') }] });
    expect(await refused('deployTarget', 'DeployTargetInput', { application: 'shop', cluster: 'nowhere', reason: 'x' })).toMatchObject({ userErrors: [{ code: 'TARGET_NOT_FOUND' }] });
    expect(await refused('deployTarget', 'DeployTargetInput', { application: 'shop', cluster: 'nowhere', reason: 'x'.repeat(1_001) })).toMatchObject({ userErrors: [{ code: 'INVALID_VALUE', field: ['reason'] }] });
    expect(await refused('syncApplication', 'SyncApplicationInput', { name: 'shop', clusters: [] })).toMatchObject({ userErrors: [{ code: 'INVALID_VALUE', field: ['clusters'] }] });
    expect(await refused('syncApplication', 'SyncApplicationInput', { name: 'shop', clusters: ['nowhere'] })).toMatchObject({ userErrors: [{ code: 'TARGET_NOT_FOUND', message: expect.stringContaining('no target on nowhere') }] });
    expect(await refused('syncApplication', 'SyncApplicationInput', { name: 'shop', clusterSelector: 'tier=canary' })).toMatchObject({ userErrors: [{ code: 'TARGET_NOT_FOUND', field: ['clusterSelector'] }] });
    expect(await refused('liftHold', 'LiftHoldInput', { application: 'shop', reason: 'x' })).toMatchObject({ userErrors: [{ code: 'NOTHING_HELD' }] });
  });

  it('explain why an application is not on a cluster, and say of what is not there only that', async () => {
    const EXPLAIN = 'query ($cluster: String!) { explain(application: "picky", cluster: $cluster) { steps { kind isOk message reason advice since until key value } next { message at } } }';
    await create('picky', { source: { repository: 'fleet', ref: 'main', path: 'a' }, selector: { matchLabels: { env: 'prod' } } });
    await hub.graphql('mutation { createCluster(input: { name: "lab-1", labels: { env: "lab" } }) { userErrors { code } } }');
    const { data, errors } = await hub.graphql(EXPLAIN, { cluster: 'lab-1' });
    expect(errors).toBeUndefined();
    expect(data?.['explain']).toMatchObject({
      steps: [
        // Nobody answers for the repository: whether that is known yet depends on who is faster.
        { kind: 'SELECTOR', isOk: false, key: 'env', value: 'lab' }, { kind: 'APPLICATION' }, { kind: 'RELEASE', isOk: false }, { kind: 'CONNECTION', isOk: false, reason: 'CLUSTER_OFFLINE' },
      ],
      next: { message: expect.stringContaining('Change the labels of the cluster'), at: null },
    });
    expect((await hub.graphql(EXPLAIN, { cluster: 'lab-2' })).data).toEqual({ explain: null });
  });
});
