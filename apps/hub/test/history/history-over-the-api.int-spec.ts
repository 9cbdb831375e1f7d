import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ReleaseChainReadModel } from '../../src/features/history/release-chain.read-model.js';
import { TargetReadModel } from '../../src/features/targets/index.js';
import { aHub, type TestHub } from '../a-hub.js';
import { value } from '../planning/planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from '../planning/staged-ground.js';
import { aDiary } from './diary.js';

jest.setTimeout(120_000);

const SNAPSHOT = 'name application cluster state sync health reason lastChangeAt assigned { generation release { number } rollout { number cause } } runs { number } place { state rollout { number } } hold { by reason } target { name }';
const TARGET_AT = `query ($at: DateTime!, $cluster: String!) { targetAt(application: "web", cluster: $cluster, at: $at) { ${SNAPSHOT} } }`;
const APPLICATION_AT = `query ($at: DateTime!, $first: Int, $after: String) { applicationAt(name: "web", at: $at) { name project targets(first: $first, after: $after) { edges { node { cluster runs { number } } } pageInfo { hasNextPage endCursor } } } }`;
const CLUSTER_AT = `query ($at: DateTime!) { clusterAt(name: "c1", at: $at) { name targets { edges { node { name assigned { release { number } } } } } } }`;
const HISTORY = `query ($cluster: String!, $first: Int, $after: String, $since: DateTime, $until: DateTime, $kinds: [TargetChangeKind!]) {
  targetHistory(application: "web", cluster: $cluster, first: $first, after: $after, since: $since, until: $until, kinds: $kinds) {
    keptSince edges { node { at kind cause by sync health message release { number } rollout { number } } } pageInfo { hasNextPage endCursor } } }`;
const CHAIN = `query ($number: Int!) { application(name: "web") { release(number: $number) {
  number commit author subject committedAt approvals { by comment rollout stage gate } rollouts { number state cause stages { name state gates { name approvals { by } } } }
  results { edges { node { rollout state reason target { name sync } } } } } } }`;

interface Change {
  readonly at: string;
  readonly kind: string;
}
interface HistoryPage {
  readonly edges: readonly { readonly node: Change }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

describe('history over the API', () => {
  let ground: StagedGround;
  let hub: TestHub;
  const moments: Record<'before' | 'running' | 'half' | 'back', Date> = { before: new Date(0), running: new Date(0), half: new Date(0), back: new Date(0) };
  const gate = { name: 'go', approval: { approvals: 1 } };

  beforeAll(async () => {
    ground = await stagedGround();
    const { moment } = aDiary(ground);
    await ground.fleet('c1 tier=canary', 'c2', 'c3');
    moments.before = await moment();
    await ground.application(twoStages({}, {}, { before: [gate] }));
    await ground.release();
    await ground.answers(['c1']);
    value(await ground.approveAs('00000000-0000-7000-8000-0000000000a3', 'rest', 'go'));
    await ground.plan();
    await ground.answers(['c2', 'c3']);
    moments.running = await moment();
    await ground.release();
    await ground.answers(['c1']);
    moments.half = await moment();
    value(await ground.rollBack({ cluster: 'c1' }, 'too slow'));
    await ground.answers(['c1']);
    moments.back = await moment();
    await ground.rows('DELETE FROM hub_identity'); // the hub makes one that it can use
    hub = await aHub({ CAPSTAN_ROLES: 'api' }, {}, () => Promise.resolve(ground.database.url));
  }, 90_000);
  afterAll(async () => {
    await hub?.close();
    await ground.close();
  });

  async function ask(query: string, variables: object = {}): Promise<Record<string, unknown>> {
    const { data, errors } = await hub.graphql(query, variables);
    expect(errors).toBeUndefined();
    return data ?? {};
  }
  async function refusal(query: string, variables: object): Promise<unknown> {
    const { errors } = await hub.graphql(query, variables);
    return [errors?.[0]?.extensions.code, errors?.[0]?.message];
  }

  it('tells a target at a moment: what was assigned and why, what ran, its hold', async () => {
    expect(await ask(TARGET_AT, { at: moments.half, cluster: 'c1' })).toMatchObject({
      targetAt: {
        name: 'default/web@c1', application: 'web', cluster: 'c1', state: 'ACTIVE', sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED', hold: null, runs: { number: 2 },
        assigned: { release: { number: 2 }, rollout: { number: 2, cause: 'RELEASE' } }, place: { state: 'HEALTHY', rollout: { number: 2 } }, target: { name: 'default/web@c1' },
      },
    });
    expect(await ask(TARGET_AT, { at: moments.back, cluster: 'c1' })).toMatchObject({
      targetAt: { runs: { number: 1 }, hold: { by: 'admin', reason: 'too slow' }, assigned: { release: { number: 1 }, rollout: { number: 3, cause: 'ROLLBACK' } } },
    });
    expect(await ask(TARGET_AT, { at: moments.before, cluster: 'c1' })).toEqual({ targetAt: null });
    expect(await ask(TARGET_AT, { at: moments.half, cluster: 'nowhere' })).toEqual({ targetAt: null });
    expect(await ask(TARGET_AT.replace('(application', '(project: "other", application'), { at: moments.half, cluster: 'c1' })).toEqual({ targetAt: null });
  });

  it('tells where an application was, page by page, and what was on a cluster', async () => {
    const first = await ask(APPLICATION_AT, { at: moments.half, first: 2 });
    expect(first).toMatchObject({ applicationAt: { name: 'web', project: 'default', targets: { edges: [{ node: { cluster: 'c1', runs: { number: 2 } } }, { node: { cluster: 'c2', runs: { number: 1 } } }], pageInfo: { hasNextPage: true } } } });
    const { endCursor } = (first as { applicationAt: { targets: { pageInfo: { endCursor: string } } } }).applicationAt.targets.pageInfo;
    expect(await ask(APPLICATION_AT, { at: moments.half, first: 2, after: endCursor })).toMatchObject({ applicationAt: { targets: { edges: [{ node: { cluster: 'c3', runs: { number: 1 } } }], pageInfo: { hasNextPage: false } } } });
    expect(await refusal(APPLICATION_AT, { at: moments.running, first: 2, after: endCursor })).toEqual(['BAD_CURSOR', expect.any(String)]);
    expect(await ask(APPLICATION_AT, { at: moments.before })).toEqual({ applicationAt: null });
    expect(await ask(CLUSTER_AT, { at: moments.running })).toEqual({ clusterAt: { name: 'c1', targets: { edges: [{ node: { name: 'default/web@c1', assigned: { release: { number: 1 } } } }] } } });
    expect(await ask(CLUSTER_AT, { at: moments.before })).toEqual({ clusterAt: { name: 'c1', targets: { edges: [] } } });
  });

  it('names the moments that can be asked for', async () => {
    expect(await refusal(TARGET_AT, { at: '2999-01-01T00:00:00Z', cluster: 'c1' })).toEqual(['BAD_REQUEST', expect.stringMatching(/^"at" has not come yet: for the hub it is \d{4}-/)]);
    await ground.rows(`INSERT INTO history_horizon (since) VALUES ('2026-01-01T00:00:00Z')`);
    for (const query of [TARGET_AT, APPLICATION_AT, CLUSTER_AT]) {
      expect(await refusal(query, { at: '2025-12-31T23:59:59Z', cluster: 'c1' })).toEqual(['HISTORY_NOT_KEPT', expect.stringContaining('What was before 2026-01-01T00:00:00.000Z is no longer kept')]);
    }
    expect(await ask(HISTORY, { cluster: 'c1' })).toMatchObject({ targetHistory: { keptSince: '2026-01-01T00:00:00.000Z' } });
    await ground.rows('DELETE FROM history_horizon');
  });

  it('tells what happened to a target, newest first, each once over the pages; any time in it can be asked for', async () => {
    const all: Change[] = [];
    for (let after: string | null = null; ; ) {
      const { targetHistory } = (await ask(HISTORY, { cluster: 'c1', first: 3, after })) as { targetHistory: HistoryPage };
      all.push(...targetHistory.edges.map(({ node }) => node));
      if (!targetHistory.pageInfo.hasNextPage) break;
      after = targetHistory.pageInfo.endCursor;
    }
    expect(all).toMatchObject([
      { kind: 'ROLLOUT', cause: 'ROLLBACK', message: 'HEALTHY', rollout: { number: 3 } },
      { kind: 'OBSERVED', sync: 'SYNCED', health: 'HEALTHY', release: { number: 1 } },
      { kind: 'ASSIGNED', cause: 'ROLLBACK', release: { number: 1 }, rollout: { number: 3 } },
      { kind: 'HELD', by: 'admin', message: 'too slow' },
      { kind: 'ROLLOUT', cause: 'RELEASE', message: 'HEALTHY', rollout: { number: 2 } },
      { kind: 'OBSERVED', release: { number: 2 } },
      { kind: 'ASSIGNED', cause: 'RELEASE', release: { number: 2 } },
      { kind: 'ROLLOUT' }, { kind: 'OBSERVED' }, { kind: 'ASSIGNED' }, { kind: 'CREATED' },
    ]);
    for (const { at, kind } of all.filter((one) => one.kind === 'HELD' || one.kind === 'CREATED')) {
      const { targetAt } = (await ask(TARGET_AT, { at, cluster: 'c1' })) as { targetAt: { hold: object | null } };
      expect(targetAt.hold === null).toBe(kind !== 'HELD');
    }
    expect(await ask(HISTORY, { cluster: 'c1', kinds: ['ASSIGNED'], since: moments.running, until: moments.half })).toMatchObject({ targetHistory: { edges: [{ node: { kind: 'ASSIGNED', release: { number: 2 } } }] } });
    expect(await ask(HISTORY, { cluster: 'nowhere' })).toEqual({ targetHistory: null });
    expect(await refusal(HISTORY, { cluster: 'c1', since: moments.half, until: moments.running })).toEqual(['BAD_REQUEST', '"since" must be before "until".']);
  });

  it('tells a release from its commit to what became of it on each target, in one query', async () => {
    expect(await ask(CHAIN, { number: 1 })).toMatchObject({
      application: {
        release: {
          number: 1, author: 'Ada', subject: 'change', committedAt: '2026-11-01T12:00:00.000Z', commit: expect.stringMatching(/^[0-9a-f]{40}$/),
          approvals: [{ by: '00000000-0000-7000-8000-0000000000a3', comment: 'looks good', rollout: 1, stage: 'rest', gate: 'go' }],
          rollouts: [{ number: 3, cause: 'ROLLBACK' }, { number: 1, state: 'SUCCEEDED', cause: 'RELEASE', stages: [{ name: 'canary' }, { name: 'rest', gates: [{ name: 'go', approvals: [{ by: expect.any(String) }] }] }] }],
          results: { edges: ['c1', 'c2', 'c3'].map((cluster) => ({ node: { rollout: cluster === 'c1' ? 3 : 1, state: 'HEALTHY', target: { name: `default/web@${cluster}` } } })) },
        },
      },
    });
    expect(await ask(CHAIN, { number: 2 })).toMatchObject({
      application: { release: { approvals: [], results: { edges: [{ node: { rollout: 2, state: 'HEALTHY' } }, { node: { state: 'PENDING' } }, { node: { state: 'PENDING' } }] } } },
    });
    expect(await ask(CHAIN, { number: 99 })).toEqual({ application: { release: null } });
  });

  it('tells how well releases go', async () => {
    const MEASURES = `query ($application: String, $since: DateTime, $until: DateTime, $project: String) { deploymentMeasures(application: $application, since: $since, until: $until, project: $project) {
      total { deployments perDay leadTime { count p50 p90 } failed changeFailureRate timeToRestore { count } notRestored } applications { application measures { deployments } } } }`;
    const total = { deployments: 2, failed: 1, changeFailureRate: 0.5, leadTime: { count: 1, p50: expect.stringMatching(/^\d+h(\d+m)?(\d+s)?(\d+ms)?$/) }, timeToRestore: { count: 1 }, notRestored: 0 };
    expect(await ask(MEASURES)).toMatchObject({ deploymentMeasures: { total, applications: [{ application: 'web', measures: { deployments: 2 } }] } });
    expect(await ask(MEASURES, { application: 'web', since: moments.before, until: moments.running })).toMatchObject({ deploymentMeasures: { total: { deployments: 1 } } });
    expect(await ask(MEASURES, { application: 'nothing' })).toEqual({ deploymentMeasures: null });
    expect(await ask(MEASURES, { project: 'nothing' })).toEqual({ deploymentMeasures: null });
    expect(await refusal(MEASURES, { since: '2020-01-01T00:00:00Z' })).toEqual(['BAD_REQUEST', expect.stringContaining('at most 400 are measured')]);
    expect(await refusal(MEASURES, { since: moments.half, until: moments.running })).toEqual(['BAD_REQUEST', '"since" must be before "until".']);
  });

  it('asks the database once for many releases', async () => {
    const asked = (['approvals', 'rollouts', 'results'] as const).map((question) => jest.spyOn(ReleaseChainReadModel.prototype, question));
    const targets = jest.spyOn(TargetReadModel.prototype, 'findByIds');
    await ask(`{ releases(application: "web", first: 2) { edges { node { approvals { by } rollouts { number } results(first: 2) { edges { node { target { name } } } } } } } }`);
    for (const question of [...asked, targets]) expect(question).toHaveBeenCalledTimes(1);
    jest.restoreAllMocks();
  });
});
