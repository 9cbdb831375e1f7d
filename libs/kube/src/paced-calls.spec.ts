import { describe, expect, it } from '@jest/globals';
import { err, ok, type Result } from '#kernel';
import { ManualTimers, seededRandom } from '#testing';
import type { KubeFailure } from './kube-failure.js';
import type { BusyServer, KubeRequest } from './kube-transport.js';
import { PacedCalls } from './paced-calls.js';
import { laneOf } from './resource-path.js';

const sentAway = (retryAfterMs?: number): Result<string, KubeFailure> => err({ code: 'TOO_MANY_REQUESTS', httpStatus: 429, message: 'later', retryAfterMs });
const LANE = '/api/v1/namespaces/shop/configmaps';
const SECRETS = '/api/v1/namespaces/shop/secrets';
const asked = (name: string, signal?: AbortSignal, lane = LANE): KubeRequest => ({ method: 'PATCH', path: `${lane}/${name}`, deadlineMs: 1_000, maxBytes: 1_000, isSecret: false, ...(signal === undefined ? {} : { signal }) });

const nameOf = (path: string): string => path.split('/').at(-1) ?? '';

/** Calls to a server that answers as told. */
class Bench {
  readonly timers = new ManualTimers();
  readonly told: BusyServer[] = [];
  readonly sent: { readonly path: string; readonly atMs: number }[] = [];
  readonly #startMs = this.timers.clock.nowMs();
  answer: (path: string) => Result<string, KubeFailure> = (path) => ok(path);
  readonly calls = new PacedCalls(
    {
      send: async ({ path }) => {
        this.sent.push({ path, atMs: this.timers.clock.nowMs() - this.#startMs });
        return this.answer(nameOf(path));
      },
      deps: { monotonic: this.timers.clock, timers: this.timers, random: seededRandom(1), userAgent: 'test', onBusy: (told) => this.told.push(told) },
    },
    'someone',
  );

  /** The answers by name, as far as they have come after this time. */
  async after(ms: number, calls: readonly KubeRequest[]): Promise<Readonly<Record<string, Result<string, KubeFailure>>>> {
    const answers: Record<string, Result<string, KubeFailure>> = {};
    for (const request of calls) void this.calls.send(request).then((answer) => (answers[nameOf(request.path)] = answer));
    await this.timers.advance(0);
    await this.timers.advance(ms);
    return answers;
  }
}

describe('calls that a busy server sends away', () => {
  it('are made again after the time that it named, and succeed', async () => {
    const bench = new Bench();
    let left = 2;
    bench.answer = (path) => (left-- > 0 ? sentAway(2_000) : ok(path));
    expect(await bench.after(10_000, [asked('a')])).toEqual({ a: ok('a') });
    const [first = 0, second = 0, third = 0] = bench.sent.map(({ atMs }) => atMs);
    expect([second - first, third - second].every((gap) => gap >= 2_000 && gap <= 2_500)).toBe(true);
    expect(bench.told).toEqual([{ lane: LANE, account: 'someone', isBusy: true }]);
  });

  it('fail with what the server said once it has taken nothing for ten seconds, and so do those that wait', async () => {
    const bench = new Bench();
    bench.answer = () => sentAway();
    const answers = await bench.after(13_000, [asked('a'), asked('b'), asked('c')]);
    expect(Object.values(answers).map((answer) => (answer.ok ? 'ok' : answer.error.message))).toEqual(['later', 'later', 'later']);
    expect(bench.sent.length).toBeLessThan(20);
  });

  it('fail at once where it asks for longer than anybody waits', async () => {
    const bench = new Bench();
    bench.answer = () => sentAway(60_000);
    expect(await bench.after(0, [asked('a')])).toEqual({ a: sentAway(60_000) });
  });

  it('hold up the calls of their own kind and namespace, and no others', async () => {
    const bench = new Bench();
    bench.answer = (name) => (name === 'bad' ? sentAway(3_000) : ok(name));
    await bench.after(0, [asked('bad')]);
    expect(await bench.after(0, [asked('behind'), asked('fine', undefined, SECRETS), asked('beside', undefined, LANE.replace('shop', 'web'))])).toEqual({ fine: ok('fine'), beside: ok('beside') });
  });

  it('have the next ones fail at once for some seconds after they were given up, and are tried again after that', async () => {
    const bench = new Bench();
    bench.answer = () => sentAway();
    await bench.after(13_000, [asked('a')]);
    const sent = bench.sent.length;
    bench.answer = (name) => ok(name);
    expect(await bench.after(0, [asked('b')])).toMatchObject({ b: { ok: false, error: { code: 'TOO_MANY_REQUESTS', message: expect.stringContaining('was not made') } } });
    expect(bench.sent).toHaveLength(sent);
    await bench.timers.advance(5_000);
    expect(await bench.after(0, [asked('c')])).toEqual({ c: ok('c') });
  });

  it('end with the signal of their caller', async () => {
    const bench = new Bench();
    bench.answer = () => sentAway(3_000);
    const stop = new AbortController();
    const pending = bench.after(0, [asked('a', stop.signal)]);
    stop.abort();
    await bench.timers.advance(0);
    expect(await pending).toMatchObject({ a: { ok: false, error: { code: 'ABORTED' } } });
    expect(bench.sent).toHaveLength(1);
  });

  it('that fail otherwise are not made again', async () => {
    const bench = new Bench();
    const failed = err({ code: 'UNAVAILABLE' as const, httpStatus: 503, message: 'away', retryAfterMs: 1_000 });
    bench.answer = () => failed;
    expect(await bench.after(10_000, [asked('a')])).toEqual({ a: failed });
    expect(bench.sent).toHaveLength(1);
    expect(bench.told).toEqual([]);
  });
});

describe('laneOf', () => {
  it.each([
    ['/api/v1/namespaces/shop/configmaps/web?dryRun=All', '/api/v1/namespaces/shop/configmaps'],
    ['/api/v1/namespaces/shop/configmaps?limit=500', '/api/v1/namespaces/shop/configmaps'],
    ['/api/v1/namespaces/shop', '/api/v1/namespaces'],
    ['/apis/apps/v1/namespaces/shop/deployments/web/scale', '/apis/apps/v1/namespaces/shop/deployments'],
    ['/apis/rbac.authorization.k8s.io/v1/clusterroles/web', '/apis/rbac.authorization.k8s.io/v1/clusterroles'],
    ['/apis/apps/v1', '/apis/apps/v1'],
    ['/api', '/api'],
    ['/version', '/version'],
  ])('of %s', (path, lane) => {
    expect(laneOf(path)).toBe(lane);
  });
});
