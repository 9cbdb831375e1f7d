import { done, formatObjectRef, objectKey, objectRefOf, stalled, wait, type KubeObject, type StepOutcome } from '#domain';
import { explainFailure } from '../apply/explain-failure.js';
import { inParallel } from '../apply/in-parallel.js';
import { findTolerance } from '../drift/find-tolerance.js';
import { observeObject } from '../health/observe-object.js';
import { failRelease } from '../hooks/fail-release.js';
import { ledgerOf, saveLedger } from '../hooks/hook-ledger-of.js';
import { isFine } from '../hooks/look-at-awaited.js';
import type { Checked, StepContext } from './step.js';

const NAMED = 5;

/**
 * Whether everything in waves below a number is healthy, so that this wave may come. Never waits for it: the answer is `wait`, and news of the
 * objects bring the next pass. After the deadline the release has failed; what becomes healthy later goes on later.
 *
 * @param number Infinity: all of the release
 */
export async function gateWave(context: StepContext, input: Checked, number: number): Promise<StepOutcome> {
  const { runtime, ports } = context;
  const below = input.plan.waves.filter((wave) => wave.number < number).flatMap(({ objects }) => objects);
  const looked = await lookAtHealth(context, below);
  if (looked.kind !== 'done') return looked;
  const unhealthy = looked.value;
  const ledger = ledgerOf(context);
  const gate = Number.isFinite(number) ? `wave ${number} waits for` : 'the after hooks wait for';
  const hasFailed = ledger?.failure?.gate === gate;
  if (unhealthy.length === 0) {
    if (runtime.gate?.number === number) runtime.gate = undefined;
    if (!hasFailed) return done();
    const { failure: _failure, ...healed } = ledger;
    return saveLedger(context, healed);
  }
  const nowMs = ports.monotonic.nowMs();
  if (runtime.gate?.contentKey !== input.contentKey || runtime.gate.number !== number) runtime.gate = { contentKey: input.contentKey, number, sinceMs: nowMs };
  runtime.awaitedWave = new Set(below.map((object) => objectKey(objectRefOf(object))));
  const leftMs = runtime.gate.sinceMs + ports.settings.waveDeadlineMs - nowMs;
  const message = `${gate} ${unhealthy.slice(0, NAMED).join('; ')}${unhealthy.length > NAMED ? ` and ${unhealthy.length - NAMED} more` : ''}`;
  if (leftMs > 0 && !hasFailed) return wait(leftMs, 'WAVE_PROGRESSING', message);
  if (!input.areHooksDue || ledger === undefined) return stalled('WAVE_NOT_HEALTHY', message);
  return failRelease(context, input.hooks, { reason: 'WAVE_NOT_HEALTHY', message: hasFailed ? ledger.failure.message : message, gate });
}

/** What is not healthy, with why. What was seen to be is not looked at again: news of it would have changed what was seen. */
async function lookAtHealth(context: StepContext, objects: readonly KubeObject[]): Promise<StepOutcome<readonly string[]>> {
  const { runtime, reader, ports, judge, inForce, signal } = context;
  const looks = await inParallel(objects, ports.settings.maxCalls, async (object): Promise<StepOutcome<readonly string[]>> => {
    const ref = objectRefOf(object);
    const key = objectKey(ref);
    if (isFine(runtime.observed.get(key)?.health)) return done([]);
    const read = await reader.read({ ref, apiVersion: object.apiVersion }, { signal });
    if (!read.ok) return explainFailure(ref, read.error);
    const sent = runtime.sent.get(key);
    const tolerance = await findTolerance(context, sent, read.value);
    if (!tolerance.ok) return done([`${formatObjectRef(ref)} (could not be compared)`]);
    const seen = observeObject(ref, sent, read.value, await judge.judge(runtime.target, inForce.order, read.value), tolerance.value);
    runtime.observed.set(key, seen);
    return done(isFine(seen.health) ? [] : [`${formatObjectRef(ref)} (${seen.health.toLowerCase()}: ${seen.message})`]);
  });
  const failed = looks.find(({ kind }) => kind !== 'done');
  if (failed !== undefined && failed.kind !== 'done') return failed;
  return done(looks.flatMap((look) => (look.kind === 'done' ? look.value : [])));
}
