import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { releaseId, targetId, type KubeObject } from '#domain';
import { until } from '#testing';
import { randomUUID } from 'node:crypto';
import { hookJob } from './hook-objects.js';
import { configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, idOf } from './test-orders.js';

jest.setTimeout(120_000);

const GATE = { 'capstan.dev/hook': 'gate' };
const target = targetId(idOf('target', 'shop'));

/** On the sandbox, whose controllers run Jobs to the end that their image says. */
describe('Jobs that gates ask for', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  let source: TestSource;
  beforeEach(async () => {
    cluster = await TestCluster.start();
    source = new TestSource();
    agent = await TestAgent.start(cluster, source);
  });
  afterEach(async () => {
    await agent.stop();
    await cluster.stop();
  });

  const ask = (run: string, rest: { readonly job?: string; readonly release?: string; readonly hasBegun?: boolean } = {}): ReturnType<typeof agent.core.requests.gateJob> =>
    agent.core.requests.gateJob({ target, release: releaseId(idOf('release', rest.release ?? 'one')), job: rest.job ?? 'smoke', run, hasBegun: rest.hasBegun ?? false }, AbortSignal.timeout(10_000));
  const ended = (run: string): Promise<unknown> => until('the end of the Job', 15_000, async () => {
    const answer = await ask(run, { hasBegun: true });
    return answer.ok && answer.value.state === 'RUNNING' ? undefined : answer;
  });
  const released = async (...objects: readonly KubeObject[]): Promise<void> => {
    source.put('one', [configMap('settings', { a: '1' }), ...objects]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED' });
  };
  const created = (): number => new Set(cluster.writes().filter((write) => write.startsWith('create jobs shop/smoke-'))).size;

  it('are not applied with the release, and run once for a run, however often and by whichever agent they are asked for', async () => {
    await released(hookJob('smoke', GATE));
    expect(created()).toBe(0);
    const run = randomUUID();
    const both = await Promise.all([ask(run), ask(run)]);
    expect(both.some((answer) => answer.ok && answer.value.state !== 'FAILED')).toBe(true);
    await agent.stop();
    agent = await TestAgent.start(cluster, source);
    await until('the agent holds the release', 10_000, async () => ((await ask(run, { hasBegun: true })).ok ? true : undefined));
    expect(await ended(run)).toEqual({ ok: true, value: { state: 'SUCCEEDED', message: expect.any(String) } });
    expect(created()).toBe(1);
    expect(await ask(randomUUID())).toMatchObject({ ok: true });
    expect(created()).toBe(2);
  });

  it('fail a gate by a name that the release has not, and when they were deleted before their end was heard of', async () => {
    await released(hookJob('smoke', GATE), hookJob('later', { 'capstan.dev/hook': 'after' }));
    expect(await ask(randomUUID(), { job: 'later' })).toEqual({ ok: true, value: { state: 'FAILED', message: 'the release has no Job later with capstan.dev/hook: gate; it has smoke' } });
    expect(await ask(randomUUID(), { hasBegun: true })).toEqual({ ok: true, value: { state: 'FAILED', message: expect.stringMatching(/Job.*smoke-[0-9a-f]{10} was deleted before its result was seen/) } });
  });

  it('are no answer while the release of the rollout is not the one that is applied', async () => {
    await released(hookJob('smoke', GATE));
    expect(await ask(randomUUID(), { release: 'two' })).toMatchObject({ ok: false, error: { code: 'REFUSED', message: expect.stringContaining('is not the one that is applied here') } });
    expect(created()).toBe(0);
  });
});
