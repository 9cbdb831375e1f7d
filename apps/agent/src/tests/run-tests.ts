import { errorMessage } from '#kernel';
import { FIELD_MANAGER, HOOK_RUN_ANNOTATION, hookMark, judgeHook, objectRefOf, type Hook, type KubeObject, type ObjectRef, type TestResult } from '#domain';
import type { KubeFailure } from '#kube';
import { makeRoom } from './make-room.js';
import { readTestLog } from './read-test-log.js';
import type { TestContext } from './test-context.js';

/** A test as it is created for one run. */
export interface TestToRun {
  readonly hook: Hook;
  readonly object: KubeObject;
}

export interface TestsToRun {
  readonly run: string;
  /** In the order in which they run. */
  readonly tests: readonly TestToRun[];
  /** Whether an object is one that the target keeps. */
  readonly isKept: (ref: ObjectRef) => boolean;
  /** Why the run is to end, looked at all the time; undefined: it is not. */
  readonly whyOver: () => string | undefined;
  /** Masks what may not be told. */
  readonly hide: (text: string) => string;
  /** Told of each change. */
  readonly onResult: (index: number, result: TestResult) => void;
}

const LOOK_MS = 500;
const LOOK_LATER_MS = 2_000;
const SOON_MS = 10_000;

/**
 * Runs tests one after the other, each once, as the account that applies. The first that fails ends the run. Answers with why it ended early, or an empty text. What is
 * created is recorded before, by the caller, who takes it away afterwards whatever came of it.
 */
export async function runTests(context: TestContext, plan: TestsToRun): Promise<string> {
  const { tests, whyOver, onResult } = plan;
  for (const [index, test] of tests.entries()) {
    const over = whyOver();
    if (over !== undefined) return over;
    const result = await runTest(context, test, plan, (running) => onResult(index, running)).catch((error: unknown): TestResult => {
      context.signal.throwIfAborted();
      return { ref: objectRefOf(test.object), state: 'FAILED', message: errorMessage(error), log: '' };
    });
    onResult(index, result);
    if (result.state === 'FAILED') return whyOver() ?? (index + 1 < tests.length ? 'the tests after the one that failed were not run' : '');
  }
  return whyOver() ?? '';
}

async function runTest(context: TestContext, { hook, object }: TestToRun, plan: TestsToRun, onResult: (result: TestResult) => void): Promise<TestResult> {
  const { ports, reader, signal } = context;
  const ref = objectRefOf(object);
  const failed = (message: string, log = ''): TestResult => ({ ref, state: 'FAILED', message: plan.hide(message), log });
  const taken = await makeRoom(context, object, plan.isKept);
  if (taken !== undefined) return failed(taken);
  if (!ports.fence.isHeld()) return failed('another agent has taken over this cluster');
  const created = await ports.cluster.applier.create(object, { fieldManager: FIELD_MANAGER, signal });
  if (!created.ok && !mayHaveHappened(created.error)) return failed(`it could not be created: ${created.error.message}`);
  onResult({ ref, state: 'RUNNING', message: '', log: '' });
  const begun = ports.monotonic.nowMs();
  for (let live = created.ok ? created.value : undefined, uid = live?.metadata.uid; ; ) {
    if (live !== undefined) {
      const { state, message } = judgeHook(live, ports.clock.now());
      if (state !== 'RUNNING') return { ref, state, message: plan.hide(message), log: await readTestLog(context, live, plan.hide) };
      if (ports.monotonic.nowMs() - begun >= hook.deadlineMs) return failed(`not done after ${Math.round(hook.deadlineMs / 1_000)} s. ${message}`, await readTestLog(context, live, plan.hide));
    }
    const over = plan.whyOver();
    if (over !== undefined) return failed(`stopped: ${over}`, live === undefined ? '' : await readTestLog(context, live, plan.hide));
    await ports.timers.sleep(ports.monotonic.nowMs() - begun < SOON_MS ? LOOK_MS : LOOK_LATER_MS, signal);
    const read = await reader.read({ ref, apiVersion: object.apiVersion }, { signal });
    if (!read.ok) {
      if (ports.monotonic.nowMs() - begun >= hook.deadlineMs) return failed(`not known to be done after ${Math.round(hook.deadlineMs / 1_000)} s: ${read.error.message}`);
      continue;
    }
    const isOfThisRun = read.value?.metadata.annotations?.[HOOK_RUN_ANNOTATION] === hookMark(plan.run, 'test') && (uid ?? read.value.metadata.uid) === read.value.metadata.uid;
    if (!isOfThisRun) return failed(!created.ok && uid === undefined ? `it could not be created: ${created.error.message}` : 'it was deleted before its result was seen');
    live = read.value;
    uid = live?.metadata.uid;
  }
}

/** Somebody was faster, perhaps a request of ours whose answer was lost: looking tells. */
function mayHaveHappened({ code }: KubeFailure): boolean {
  return code === 'ALREADY_EXISTS' || code === 'TIMEOUT' || code === 'UNAVAILABLE' || code === 'TRUNCATED_RESPONSE' || code === 'MALFORMED_RESPONSE';
}
