import { CEL_LANGUAGE } from '#domain';
import { systemMonotonic, systemTimers } from '#runtime';
import { until } from '#testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CelLane } from './cel-lane.js';
import { evaluateCel, type CelOutcome } from './cel.ports.js';

const lanes: CelLane[] = [];
const aLane = (): CelLane => {
  const lane = new CelLane({ timers: systemTimers, monotonic: systemMonotonic });
  lanes.push(lane);
  return lane;
};
/** Of the main thread, which starts them. */
const childrenOfThis = async (): Promise<readonly string[]> => (await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')).split(' ').filter((pid) => pid !== '');
const LIST = Array.from({ length: 1_000 }, (_, index) => index);
const LOOP = 'object.list.all(a, object.list.all(b, object.list.all(c, object.list.all(d, true))))';
const object = {
  metadata: { name: 'web', generation: 3, labels: { 'a/b': 'x' } },
  spec: { replicas: 3 },
  status: { ready: 3, ratio: 0.5, phase: 'Ready', since: '2026-11-01T11:00:00Z', conditions: [{ type: 'Ready', status: 'True' }] },
};

let shared: CelLane;

beforeAll(() => {
  shared = new CelLane({ timers: systemTimers, monotonic: systemMonotonic });
});

afterAll(() => shared.close());

afterEach(async () => {
  await Promise.all(lanes.splice(0).map((lane) => lane.close()));
});

describe('expressions in CEL', () => {
  it.each<[string, boolean | number | string | null]>([
    ['object.status.conditions.exists(c, c.type == "Ready" && c.status == "True")', true],
    ['object.status.conditions.filter(c, c.status == "False").size() == 0', true],
    ['has(object.status.missing)', false],
    ['object.status.ready + 1 == object.spec.replicas + 1', true],
    ['object.status.ratio < 1.0 && object.status.ratio > 0', true],
    ['object.metadata.labels["a/b"] == "x"', true],
    ['timestamp("2026-11-01T12:00:00Z") - timestamp(object.status.since) > duration("30m")', true],
    ['"ready: " + string(object.status.ready) + "/" + string(object.spec.replicas)', 'ready: 3/3'],
    ['object.?status.?missing.orValue("none")', 'none'],
    ['object.metadata.generation', 3],
  ])('%s is %p', async (expression, value) => {
    expect(await evaluateCel(shared, 'shop', expression, { object })).toEqual({ ok: true, value });
  });

  it.each<[string, string, CelOutcome]>([
    ['a field that is not there', 'object.status.missing == "x"', { ok: false, error: { code: 'FAILED', message: 'No such key: missing' } }],
    ['a list instead of one value', 'object.status.conditions', { ok: false, error: { code: 'FAILED', message: 'the expression gives no single value' } }],
    ['what Object.prototype has', 'object.constructor == null', { ok: false, error: { code: 'FAILED', message: 'No such key: constructor' } }],
  ])('fail by %s', async (_name, expression, outcome) => {
    expect(await evaluateCel(shared, 'shop', expression, { object })).toEqual(outcome);
  });

  it('are cut when they take too long, and those after them are answered by a fresh process', async () => {
    const lane = aLane();
    const [first, cut, never] = await lane.evaluate('shop', ['true', LOOP, 'true'], { object: { list: LIST } });
    expect(first).toEqual({ ok: true, value: true });
    expect(cut).toEqual({ ok: false, error: { code: 'CUT', message: 'it was stopped after 250 ms' } });
    expect(never).toEqual(cut);
    expect(await evaluateCel(lane, 'shop', 'object.list.size()', { object: { list: LIST } })).toEqual({ ok: true, value: 1_000 });
  });

  it.each<[string, string]>([
    ['a pattern that backtracks for ever', 'object.text.matches("^(a+)+$")'],
    ['lists of lists', 'object.list.map(a, object.list.map(b, object.list.map(c, c))).size() > 0'],
    ['texts that double', `[object.text + "!"]${'.map(x, x + x)'.repeat(22)}.map(x, x.contains("q"))[0]`],
    ['bytes that double', `[bytes(object.text)]${'.map(x, x + x)'.repeat(24)}[0].size() > 0`],
  ])('are cut: %s', async (_name, expression) => {
    const outcome = await evaluateCel(aLane(), 'shop', expression, { object: { text: `${'a'.repeat(64)}!`, list: LIST } });
    expect(outcome).toMatchObject({ ok: false, error: { code: 'CUT' } });
  });

  it('of one asker that are cut again and again cost the others little', async () => {
    const lane = aLane();
    const bad = Promise.all(Array.from({ length: 20 }, () => evaluateCel(lane, 'bad', LOOP, { object: { list: LIST } })));
    const good = await Promise.all(Array.from({ length: 20 }, () => evaluateCel(lane, 'good', 'object.spec.replicas == 3', { object })));
    expect(good.every((outcome) => outcome.ok && outcome.value === true)).toBe(true);
    const codes = (await bad).map((outcome) => (outcome.ok ? 'OK' : outcome.error.code));
    expect(codes.filter((code) => code === 'CUT')).toHaveLength(3);
    expect(codes.filter((code) => code === 'OVER_BUDGET')).toHaveLength(17);
    expect(await evaluateCel(lane, 'bad', 'true', { object })).toEqual({ ok: false, error: { code: 'OVER_BUDGET', message: `expressions of this application were stopped 3 times within a minute, the last was: ${LOOP.slice(0, 80)}…` } });
  });

  it('need no process until the first is asked for, and none once nobody has asked for a while', async () => {
    const idle: (() => void)[] = [];
    const timers = { ...systemTimers, after: (ms: number, fn: () => void) => (ms === 30_000 ? (idle.push(fn), { cancel: () => undefined }) : systemTimers.after(ms, fn)) };
    const before = await childrenOfThis();
    const lane = new CelLane({ timers, monotonic: systemMonotonic });
    lanes.push(lane);
    const fresh = async (): Promise<readonly string[]> => (await childrenOfThis()).filter((pid) => !before.includes(pid));
    expect(await fresh()).toEqual([]);
    expect(await evaluateCel(lane, 'shop', 'true', { object })).toEqual({ ok: true, value: true });
    expect(await fresh()).toHaveLength(1);
    idle.at(-1)?.();
    await until('the process is gone', 10_000, async () => ((await fresh()).length === 0 ? true : undefined));
    expect(await evaluateCel(lane, 'shop', 'true', { object })).toEqual({ ok: true, value: true });
  });

  it('do not outlive an agent that was killed while they ran', async () => {
    const setup = JSON.stringify({ language: CEL_LANGUAGE, variables: ['object'], hardLimitMs: 300 });
    const child = fork(fileURLToPath(new URL('./cel-child.ts', import.meta.url)), [setup], { execArgv: [], env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'json' });
    await once(child, 'message');
    const ended = once(child, 'exit');
    child.send({ expressions: [LOOP], json: JSON.stringify({ object: { list: LIST } }) });
    // Nobody watches it.
    expect(await ended).toEqual([1, null]);
  });

  it('are not evaluated over what is too large', async () => {
    expect(await evaluateCel(aLane(), 'shop', 'true', { object: { text: 'x'.repeat(3 * 1024 * 1024) } })).toMatchObject({ ok: false, error: { code: 'TOO_LARGE' } });
  });

  it('are answered when the agent stops, whatever they do', async () => {
    const lane = aLane();
    const asked = evaluateCel(lane, 'shop', LOOP, { object: { list: LIST } });
    const waiting = evaluateCel(lane, 'shop', 'true', { object });
    await lane.close();
    expect([await asked, await waiting]).toEqual([{ ok: false, error: { code: 'UNAVAILABLE', message: 'the agent is being stopped' } }, { ok: false, error: { code: 'UNAVAILABLE', message: 'the agent is being stopped' } }]);
  });
});
