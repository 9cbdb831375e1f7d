import { err, ok, type MonotonicClock, type Result, type Timers } from '#kernel';
import { CEL_LANGUAGE, CEL_VARIABLE } from '#domain';
import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CelFailure, CelOutcome } from './cel.ports.js';
import { readUsage } from './read-usage.js';

export interface CelLimits {
  /** Computing time of one expression. */
  readonly cpuMs: number;
  /** The same on the clock, for a machine that is too busy to let it compute. */
  readonly wallMs: number;
  readonly memoryBytes: number;
  /** Until a fresh process is ready. */
  readonly startMs: number;
}

export const CEL_LIMITS: CelLimits = Object.freeze({ cpuMs: 250, wallMs: 3_000, memoryBytes: 160 * 1024 * 1024, startMs: 20_000 });

export interface CelProcessDeps {
  readonly timers: Timers;
  readonly monotonic: MonotonicClock;
  readonly limits: CelLimits;
}

/** A heap that an object of the largest size fits into several times over; what is outside the heap is watched. */
const FLAGS = ['--max-old-space-size=48', '--max-semi-space-size=1', '--single-threaded', '--disable-proto=delete', '--permission', '--allow-fs-read=*', '--no-warnings'];
const LOOK_MS = 25;

/** One process that evaluates, one list of expressions at a time. Dead after the first that had to be cut. */
export class CelProcess {
  #hear: (message: unknown) => void = () => undefined;
  #end: () => void = () => undefined;
  #isAlive = true;

  private constructor(
    private readonly child: ChildProcess,
    private readonly deps: CelProcessDeps,
  ) {
    child.on('message', (message) => this.#hear(message));
    const ended = (): void => {
      this.#isAlive = false;
      this.#end();
    };
    child.on('exit', ended);
    child.on('error', ended);
    child.unref();
    child.channel?.unref();
  }

  /** The answer is an error text when the program did not come up in time. */
  static async start(deps: CelProcessDeps): Promise<Result<CelProcess, string>> {
    const setup = JSON.stringify({ language: CEL_LANGUAGE, variables: [CEL_VARIABLE], hardLimitMs: 2 * deps.limits.wallMs });
    // The same file beside this one, whether this runs from the sources, from the built tree or from a bundle.
    const program = fileURLToPath(new URL(`./cel-child${extname(import.meta.url)}`, import.meta.url));
    const child = fork(program, [setup], { execPath: process.execPath, execArgv: FLAGS, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'json' });
    const started = new CelProcess(child, deps);
    const isReady = await new Promise<boolean>((resolve) => {
      const timer = deps.timers.after(deps.limits.startMs, () => resolve(false));
      const settle = (answer: boolean): void => {
        timer.cancel();
        resolve(answer);
      };
      started.#hear = () => settle(true);
      started.#end = () => settle(false);
    });
    if (isReady) return ok(started);
    started.kill();
    return err('the process that evaluates expressions did not start');
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  async evaluate(expressions: readonly string[], json: string): Promise<readonly CelOutcome[]> {
    const outcomes: CelOutcome[] = [];
    const over = new AbortController();
    const failure = await new Promise<CelFailure | undefined>((resolve) => {
      this.#hear = (message) => {
        outcomes.push(outcomeOf(message));
        if (outcomes.length >= expressions.length) resolve(undefined);
      };
      this.#end = () => resolve({ code: 'CUT', message: 'it used more memory than expressions may have' });
      void this.#watch(() => outcomes.length, over.signal).then((cut) => {
        if (cut !== undefined) resolve(cut);
      });
      this.child.send({ expressions, json }, (error) => {
        if (error !== null) this.#end();
      });
    });
    over.abort();
    this.#hear = () => undefined;
    this.#end = () => undefined;
    if (failure === undefined) return outcomes;
    this.kill();
    return [...outcomes, ...expressions.slice(outcomes.length).map(() => err(failure))];
  }

  kill(): void {
    this.#isAlive = false;
    this.child.kill('SIGKILL');
  }

  /** Looks at what the process uses while it works. Time counts from the last outcome. */
  async #watch(answered: () => number, over: AbortSignal): Promise<CelFailure | undefined> {
    const { timers, monotonic, limits } = this.deps;
    let since = { answered: -1, cpuMs: 0, atMs: 0 };
    for (;;) {
      try {
        await timers.sleep(LOOK_MS, over);
      } catch {
        return undefined; // it is over
      }
      const usage = this.child.pid === undefined ? undefined : await readUsage(this.child.pid);
      const [nowMs, cpuMs] = [monotonic.nowMs(), usage?.cpuMs ?? 0];
      if (since.answered !== answered()) since = { answered: answered(), cpuMs, atMs: nowMs };
      if (usage !== undefined && usage.memoryBytes > limits.memoryBytes) return { code: 'CUT', message: 'it used more memory than expressions may have' };
      if (cpuMs - since.cpuMs >= limits.cpuMs || nowMs - since.atMs >= limits.wallMs) return { code: 'CUT', message: `it was stopped after ${limits.cpuMs} ms` };
    }
  }
}

/** From a program of ours: what it sends beyond this is a defect. */
function outcomeOf(message: unknown): CelOutcome {
  if (typeof message === 'object' && message !== null) {
    if ('failed' in message) return err({ code: 'FAILED', message: String(message.failed) });
    if ('value' in message) {
      const { value } = message;
      if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string' || value === null) return ok(value);
    }
  }
  return err({ code: 'FAILED', message: 'it gave nothing that can be read' });
}
