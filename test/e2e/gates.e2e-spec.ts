import { afterAll, beforeAll, expect } from '@jest/globals';
import { BROKEN_TAG, FAILING_TAG, PrometheusServer, until } from '#testing';
import { aBoard, exampleOfTheDocs, type Board } from '../../apps/hub/test/validators/board.js';
import { must } from '../contract/kubernetes/contract-server.js';
import { createApplication, registeredRepository } from './stage/applications.js';
import { deployment, job } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import { statesIn, untilRollout, type RolloutView } from './stage/rollouts.js';
import type { Stage } from './stage/stage.js';
import type { StageCluster } from './stage/stage-cluster.js';

const servers = { canary: new PrometheusServer(), prod: new PrometheusServer() };
const TOKENS = { canary: 'token-of-canary', prod: 'token-of-prod' };
/** Where its Prometheus is, is known when the stage begins. */
const prometheusOf = (name: 'canary' | 'prod') => ({ get url() { return servers[name].url; }, token: TOKENS[name] });
const CLUSTERS = [
  { name: 'canary', labels: { tier: 'canary' }, prometheus: prometheusOf('canary') },
  { name: 'prod', labels: { tier: 'prod' }, prometheus: prometheusOf('prod') },
];
const GATE = { 'capstan.dev/hook': 'gate' };
const SMOKE = { name: 'smoke', job: { name: 'smoke' } };
const REST = { name: 'rest', selector: { matchLabels: { tier: 'prod' } } };

/** Canary, gates, rest; by itself back when one fails. */
function behindCanary(...after: readonly object[]): Readonly<Record<string, unknown>> {
  return { kind: 'STAGED', onFailure: 'ROLLBACK', stages: [{ name: 'canary', selector: { matchLabels: { tier: 'canary' } }, after }, REST] };
}

function errorRate(rest: object = {}): object {
  return { name: 'error-rate', metric: { query: 'errors{app="{{ application.name }}",cluster="{{ cluster.name }}",release="{{ release.number }}"}', max: 0.01, interval: '1s', deadline: '60s', ...rest } };
}

/** What the Prometheus of a cluster was asked for an application, by its access log. */
function queriesFor(server: PrometheusServer, application: string): readonly { readonly query: string; readonly authorization: string | undefined }[] {
  return server.queries.filter(({ query }) => query.includes(`app="${application}"`)).map(({ query, authorization }) => ({ query, authorization }));
}

/** What was done to Jobs, by the audit log. */
function jobLines(cluster: StageCluster, namespace: string): readonly string[] {
  return cluster.writes().filter((entry) => entry.resource === 'jobs' && entry.namespace === namespace).map(({ verb, name }) => `${verb} ${name}`);
}

/** Lets pods run whose images never would. */
async function mendPods({ admin }: StageCluster, namespace: string): Promise<void> {
  const pods = must(await admin.resolve('', 'Pod'));
  for (const pod of must(await admin.list(pods, { namespace })).items) {
    const spec = JSON.stringify(pod['spec']);
    if (spec.includes(`:${BROKEN_TAG}"`)) must(await admin.mergePatch(pods, namespace, pod.metadata.name, { spec: JSON.parse(spec.replaceAll(`:${BROKEN_TAG}"`, ':1"')) as object }, { fieldManager: 'kubectl-edit' }));
  }
}

function gatesOf({ stages }: RolloutView): Readonly<Record<string, string>> {
  return Object.fromEntries(stages.flatMap(({ gates }) => gates.map(({ name, state }) => [name, state])));
}

/** An application that runs its first release everywhere, its gates passed; returns how the next one is committed. */
async function running(stage: Stage, name: string, gate: object): Promise<(image: string, smoke?: string) => Promise<string>> {
  const repository = await registeredRepository(stage, name);
  const release = (image: string, smoke?: string): Promise<string> => repository.commit({ 'app/web.yaml': deployment('web', image), 'app/smoke.yaml': job('smoke', GATE, smoke) }, image);
  await release('example.com/web:1');
  await createApplication(stage, { name, repository: name, path: 'app', namespace: name, strategy: behindCanary(gate) });
  await untilRollout(stage, name, 'succeeds', ({ state }) => state === 'SUCCEEDED');
  for (const cluster of stage.clusters) cluster.mark();
  return release;
}

/** By the audit logs: the canary got the release and what it had before, the other cluster nothing. */
async function expectOnlyTheCanaryMoved(stage: Stage, namespace: string): Promise<void> {
  expect(stage.cluster('canary').writeLines(namespace)).toEqual([`patch apps/deployments ${namespace}/web`, `patch apps/deployments ${namespace}/web`]);
  expect(stage.cluster('prod').writeLines(namespace)).toEqual([]);
  for (const cluster of stage.clusters) expect(JSON.stringify(await cluster.get('apps/Deployment', namespace, 'web'))).toContain('"image":"example.com/web:1"');
}

beforeAll(() => Promise.all(Object.values(servers).map((server) => server.start())));
afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop())));

describeOnStage('a release waits for what its gates say', { clusters: CLUSTERS }, (promise) => {
  let board: Board;
  beforeAll(async () => {
    board = await aBoard();
    for (const server of Object.values(servers)) server.answer = () => ({ vector: ['0.001'] });
  });
  afterAll(async () => {
    await board?.close();
  });

  promise('through measurements, a Job and a validator to all, each asked where it is to be asked and nowhere else', async (stage) => {
    const created = await stage.capstan(['validator', 'create', 'change-board', '--url', `${board.url}/board`]);
    const key = created.stdout.trim();
    board.answers({ result: 'WAIT', message: 'the board meets at ten', retryAfterSeconds: 1 });
    const repository = await registeredRepository(stage, 'good');
    await repository.commit({ 'app/web.yaml': deployment('web', 'example.com/web:1'), 'app/smoke.yaml': job('smoke', GATE) }, 'one');
    const gates = [errorRate({ count: 2 }), SMOKE, { name: 'board', validator: { name: 'change-board', interval: '1s' } }];
    await createApplication(stage, { name: 'good', repository: 'good', path: 'app', namespace: 'good', strategy: behindCanary(...gates) });

    const waiting = await untilRollout(stage, 'good', 'waits for the board alone', (rollout) => JSON.stringify(gatesOf(rollout)) === '{"error-rate":"PASSED","smoke":"PASSED","board":"WAITING"}' && rollout.hurdles.some(({ message }) => message.includes('the board meets at ten')));
    expect(waiting.hurdles.map(({ kind }) => kind)).toEqual(['VALIDATOR']);
    expect(statesIn(waiting)).toEqual({ canary: 'HEALTHY', prod: 'PENDING' });
    expect(stage.cluster('prod').writeLines('good')).toEqual([]);
    expect((await stage.capstan(['rollout', 'show', 'good'])).stdout).toContain('gate canary/board: open, the board meets at ten');

    board.answers({ result: 'PASS' });
    await untilRollout(stage, 'good', 'succeeds', ({ state }) => state === 'SUCCEEDED');
    expect(jobLines(stage.cluster('canary'), 'good')).toEqual([expect.stringMatching(/^create smoke-[0-9a-f]{10}$/)]);
    expect(jobLines(stage.cluster('prod'), 'good')).toEqual([]); // it got the same release, without its Job
    expect(stage.cluster('prod').writeLines('good')).toContain('patch apps/deployments good/web');
    expect(queriesFor(servers.canary, 'good')).toEqual(Array(2).fill({ query: 'errors{app="good",cluster="canary",release="1"}', authorization: `Bearer ${TOKENS.canary}` }));
    expect(queriesFor(servers.prod, 'good')).toEqual([]);
    for (const program of [stage.hub, stage.cluster('canary').agent]) expect(program.log).not.toContain(TOKENS.canary);
    const isFromCapstan = await exampleOfTheDocs();
    expect(board.log.filter(({ headers, text }) => !isFromCapstan(headers, text, key))).toEqual([]);
    expect(board.log.at(-1)).toMatchObject({ path: 'POST /board', body: { application: 'good', stage: 'canary', gate: 'board', side: 'AFTER', clusters: [{ name: 'canary', labels: { tier: 'canary' }, state: 'HEALTHY' }] } });
  });

  promise('and one bad measurement takes the release back from the canary, before any other cluster has it', async (stage) => {
    const release = await running(stage, 'bad', errorRate());
    servers.canary.answer = (query) => ({ vector: [query.includes('release="2"') ? '0.5' : '0.001'] });
    const commit = await release('example.com/web:2');
    const back = await untilRollout(stage, 'bad', 'is rolled back', (rollout) => rollout.state === 'ROLLED_BACK' && rollout.release.commit === commit);
    expect(back.reason).toBe('gate error-rate of stage canary failed: 0.5 in cluster canary: more than 0.01, bad once with 0 allowed');
    expect(statesIn(back)).toEqual({ canary: 'REVERTED', prod: 'SKIPPED ROLLED_BACK' });
    await expectOnlyTheCanaryMoved(stage, 'bad');
  });

  promise('and a Prometheus that is down passes nothing: the gate waits, and fails at its deadline', async (stage) => {
    const release = await running(stage, 'blind', errorRate({ deadline: '5s' }));
    await servers.canary.stop();
    try {
      const commit = await release('example.com/web:2');
      const waiting = await untilRollout(stage, 'blind', 'waits for its Prometheus', ({ hurdles }) => hurdles.some(({ kind, message }) => kind === 'METRIC' && message.includes('cannot be reached')));
      expect(waiting).toMatchObject({ state: 'RUNNING', release: { commit } });
      const back = await untilRollout(stage, 'blind', 'is rolled back', ({ state }) => state === 'ROLLED_BACK');
      expect(back.release.commit).toBe(commit);
      expect(back.reason).toMatch(/^gate error-rate of stage canary was not passed by its deadline: In cluster canary: Prometheus at localhost:\d+ cannot be reached \(ECONNREFUSED\)/);
      await expectOnlyTheCanaryMoved(stage, 'blind');
    } finally {
      await servers.canary.start();
    }
  });

  promise('and a Job that fails on the canary takes the release back, and leaves what has run to be looked at', async (stage) => {
    const release = await running(stage, 'smoky', SMOKE);
    const commit = await release('example.com/web:2', `example.com/smoke:${FAILING_TAG}`);
    const back = await untilRollout(stage, 'smoky', 'is rolled back', (rollout) => rollout.state === 'ROLLED_BACK' && rollout.release.commit === commit);
    expect(back.reason).toMatch(/^gate smoke of stage canary failed: Job smoke has failed in cluster canary: .*BackoffLimitExceeded/);
    expect(jobLines(stage.cluster('canary'), 'smoky')).toEqual([expect.stringMatching(/^create smoke-[0-9a-f]{10}$/)]);
    expect(stage.cluster('canary').writeLines('smoky').filter((line) => line.startsWith('patch'))).toEqual(Array(2).fill('patch apps/deployments smoky/web'));
    expect(stage.cluster('prod').writeLines('smoky')).toEqual([]);
  });

  promise('and a Job that runs is not begun again, in no cluster of the stage, though hub and agents are killed meanwhile', async (stage) => {
    const repository = await registeredRepository(stage, 'killed');
    await repository.commit({ 'app/web.yaml': deployment('web', 'example.com/web:1'), 'app/smoke.yaml': job('smoke', GATE, `example.com/smoke:${BROKEN_TAG}`) }, 'one');
    await createApplication(stage, { name: 'killed', repository: 'killed', path: 'app', namespace: 'killed', strategy: { kind: 'STAGED', stages: [{ name: 'every', selector: { all: true }, after: [SMOKE] }] } });
    for (const cluster of stage.clusters) await until('the Job has begun', 60_000, () => jobLines(cluster, 'killed').length > 0 || undefined);
    await Promise.all([stage.hub, ...stage.clusters.map(({ agent }) => agent)].map((program) => program.kill()));
    for (const { agent } of stage.clusters) agent.start();
    await stage.hub.startReady();
    await untilRollout(stage, 'killed', 'waits for its Jobs', ({ hurdles }) => hurdles.some(({ kind, message }) => kind === 'JOB' && message.includes('0 of 2 have passed')));
    await Promise.all(stage.clusters.map((cluster) => mendPods(cluster, 'killed')));
    await untilRollout(stage, 'killed', 'succeeds', ({ state }) => state === 'SUCCEEDED');
    for (const cluster of stage.clusters) expect(jobLines(cluster, 'killed')).toEqual([expect.stringMatching(/^create smoke-[0-9a-f]{10}$/)]);
  });

  promise('and of two applications one waits until the other has come as far, in each cluster', async (stage) => {
    const repository = await registeredRepository(stage, 'two');
    const all = { name: 'every', selector: { all: true } };
    await repository.commit({ 'queue/queue.yaml': deployment('queue', 'example.com/queue:1'), 'shop/shop.yaml': deployment('shop', 'example.com/shop:1') }, 'one');
    await createApplication(stage, { name: 'queue', repository: 'two', path: 'queue', namespace: 'queue', strategy: { kind: 'STAGED', stages: [{ ...all, before: [{ name: 'go', approval: {} }] }] } });
    await createApplication(stage, { name: 'shop', repository: 'two', path: 'shop', namespace: 'shop', strategy: { kind: 'STAGED', stages: [{ ...all, before: [{ name: 'queue-first', rollout: { application: 'queue' } }] }] } });
    const waiting = await untilRollout(stage, 'shop', 'waits for the queue', ({ hurdles }) => hurdles.some(({ kind, message }) => kind === 'DEPENDENCE' && message.includes('release 1')));
    expect(waiting.hurdles.map(({ message }) => message)).toEqual([expect.stringMatching(/^Gate queue-first before stage every waits for application queue to have its newest release/)]);
    await untilRollout(stage, 'queue', 'waits for its approval', ({ hurdles }) => hurdles.some(({ kind }) => kind === 'APPROVAL'));
    for (const cluster of stage.clusters) expect(cluster.writeLines('shop')).toEqual([]);
    expect(await stage.capstan(['rollout', 'approve', 'queue', 'every/go'])).toMatchObject({ exitCode: 0 });
    for (const application of ['queue', 'shop']) await untilRollout(stage, application, 'succeeds', ({ state }) => state === 'SUCCEEDED');
    for (const cluster of stage.clusters) expect(cluster.writes().filter(({ resource, name }) => resource === 'deployments' && ['queue', 'shop'].includes(name)).map(({ name }) => name)).toEqual(['queue', 'shop']);
  });
});
