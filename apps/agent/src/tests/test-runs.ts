import { err, errorMessage, ok, type Result } from '#kernel';
import { contentKey, cutLogs, hideTexts, objectKey, objectRefOf, type ObjectRef, type TargetId, type TestResult, type TestRun } from '#domain';
import { TEST_LIMITS, type TestsQuestion } from '#wire';
import type { ObjectReader } from '../apply/object-reader.js';
import type { AgentPorts, TestRecord } from '../reconcile/agent.ports.js';
import type { ObjectIndex } from '../reconcile/object-index.js';
import type { TargetRuntime } from '../reconcile/target-runtime.js';
import type { RequestFailure } from '../session/session.ports.js';
import { planTests, whyUntestable, type TestPlan } from './plan-tests.js';
import { runTests } from './run-tests.js';
import { TestLeftovers } from './test-leftovers.js';

interface Kept {
  run: TestRun;
}

/** Runs at once, over all targets: each costs a look at one object every half second. */
const MAX_RUNNING = 8;
/** Runs that are remembered, those under way apart. */
const MAX_REMEMBERED = 32;
/** Runs of one target whose objects do not go. */
const MAX_LEFT = 3;
/** How long the end of a run waits for what it has created to be gone. */
const GONE_MS = 60_000;

/**
 * Runs of the tests of releases: at most one for a target at a time, and the last one of each is remembered as long as the process lives. They stand beside the
 * passes of the reconciler, touch nothing that a release keeps, and are never part of an inventory.
 */
export class TestRuns {
  readonly #kept = new Map<TargetId, Kept>();
  readonly #working = new Set<Promise<void>>();
  readonly #leftovers: TestLeftovers;
  #signal: AbortSignal = AbortSignal.abort();

  constructor(
    private readonly ports: AgentPorts,
    private readonly reader: ObjectReader,
    private readonly index: ObjectIndex,
    private readonly runtimeOf: (target: TargetId) => TargetRuntime | undefined,
  ) {
    this.#leftovers = new TestLeftovers(ports, reader, index);
  }

  /** Takes away what a process that was killed left of its tests, and goes on trying until it has. */
  begin(signal: AbortSignal): void {
    this.#signal = signal;
    this.#hold(this.#clearAfterOthers(signal));
  }

  async ended(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  /** Begins a run, or tells how the last one stands. Asking to begin the run that is there tells of it. */
  async ask({ target, start }: TestsQuestion, signal: AbortSignal): Promise<Result<TestRun, RequestFailure>> {
    const last = this.#kept.get(target);
    if (start === undefined || last?.run.id === start) return last === undefined ? refuse('NOT_FOUND', 'no test was run since the agent started') : ok(last.run);
    if (last?.run.state === 'RUNNING') return refuse('REFUSED', 'tests of this target are running already');
    if (this.#leftovers.countOf(target) >= MAX_LEFT) return refuse('REFUSED', 'what earlier runs have created is still being deleted: the log of the agent names it');
    if ([...this.#kept.values()].filter(({ run }) => run.state === 'RUNNING').length >= MAX_RUNNING) return refuse('OVERLOADED', `${MAX_RUNNING} targets are being tested already`);
    const place: Kept = { run: { id: start, state: 'RUNNING', tests: [], message: '' } };
    this.#kept.set(target, place); // from here on nobody else begins one
    const begun = await this.#start(target, place, signal).catch((error: unknown) => refuse('UNAVAILABLE', errorMessage(error)));
    if (begun.ok) return begun;
    this.#kept.delete(target);
    if (last !== undefined) this.#kept.set(target, last);
    return begun;
  }

  async #start(target: TargetId, place: Kept, signal: AbortSignal): Promise<Result<TestRun, RequestFailure>> {
    const order = this.runtimeOf(target)?.order.order;
    const why = whyUntestable(this.runtimeOf(target));
    if (why !== undefined || order?.kind !== 'ASSIGNMENT') return refuse('REFUSED', why ?? 'nothing is assigned');
    const planned = await planTests({ ports: this.ports, signal }, order, place.run.id);
    if (!planned.ok) return planned;
    const { owner, tests } = planned.value;
    const objects = tests.map(({ object }) => ({ ref: objectRefOf(object), apiVersion: object.apiVersion }));
    const record: TestRecord = { target, run: place.run.id, owner, objects };
    const unrecorded = await this.#leftovers.open(record, this.#signal);
    if (unrecorded !== undefined) return refuse('UNAVAILABLE', unrecorded);
    place.run = { ...place.run, tests: objects.map(({ ref }): TestResult => ({ ref, state: 'WAITING', message: '', log: '' })) };
    this.#hold(this.#finish(record, contentKey(order), planned.value, place));
    return ok(place.run);
  }

  async #finish(record: TestRecord, key: string, { owner, tests, secrets }: TestPlan, place: Kept): Promise<void> {
    const { ports, reader, index } = this;
    const signal = this.#signal;
    const { target, run } = record;
    let message: string;
    try {
      message = await runTests({ ports, reader, owner, index, runtime: { target }, signal }, {
        run, tests,
        isKept: (ref) => this.#isKept(target, ref),
        whyOver: () => whyUntestable(this.runtimeOf(target), key),
        hide: (text) => hideTexts(text, secrets),
        onResult: (index, result) => void (place.run = { ...place.run, tests: place.run.tests.with(index, result) }),
      });
    } catch (error) {
      if (signal.aborted) return;
      message = errorMessage(error);
      ports.log.error('a run of tests ended by an unexpected error', { target, error });
    }
    const isGone = await this.#cleared(record, signal);
    if (signal.aborted) return;
    const isGood = message === '' && place.run.tests.every(({ state }) => state === 'SUCCEEDED');
    const words = [message, isGone ? '' : 'what it created is still being deleted'].filter((word) => word !== '');
    this.#end(target, place, { ...place.run, state: isGood ? 'SUCCEEDED' : 'FAILED', message: words.join('; '), tests: cutLogs(place.run.tests, TEST_LIMITS.allLogCharacters) });
  }

  /** The newest stands last; the oldest that are over make room. */
  #end(target: TargetId, place: Kept, run: TestRun): void {
    place.run = run;
    this.#kept.delete(target);
    this.#kept.set(target, place);
    const over = [...this.#kept].filter(([, kept]) => kept.run.state !== 'RUNNING').map(([of]) => of);
    for (const of of over.slice(0, Math.max(0, over.length - MAX_REMEMBERED))) this.#kept.delete(of);
  }

  /** Whether all that a run has created is gone in time. It is taken away, however long that takes. */
  async #cleared(record: TestRecord, signal: AbortSignal): Promise<boolean> {
    const sweeping = this.#leftovers.sweep(record, signal).then(() => true, () => false);
    this.#hold(sweeping.then(() => undefined));
    const over = new AbortController();
    const late = this.ports.timers.sleep(GONE_MS, AbortSignal.any([signal, over.signal])).then(() => false, () => false);
    const isGone = await Promise.race([sweeping, late]);
    over.abort();
    return isGone;
  }

  #isKept(target: TargetId, ref: ObjectRef): boolean {
    return this.runtimeOf(target)?.entry(objectKey(ref)) !== undefined;
  }

  async #clearAfterOthers(signal: AbortSignal): Promise<void> {
    const records = await this.#leftovers.load(signal);
    for (const { target, run } of records.toSorted((a, b) => (a.run < b.run ? -1 : 1))) {
      if (this.#kept.get(target)?.run.state === 'RUNNING') continue;
      const lost: TestRun = { id: run, state: 'FAILED', tests: [], message: 'the agent was started anew before it could say how they ended: run them again' };
      this.#end(target, { run: lost }, lost);
    }
    await Promise.all(records.map((record) => this.#leftovers.sweep(record, signal)));
  }

  #hold(work: Promise<void>): void {
    const held = work.catch((error: unknown) => {
      if (!this.#signal.aborted) this.ports.log.error('tests ended by an unexpected error', { error });
    });
    this.#working.add(held);
    void held.finally(() => this.#working.delete(held));
  }
}

function refuse(code: RequestFailure['code'], message: string): Result<never, RequestFailure> {
  return err({ code, message });
}
