import { err, ok, type JsonObject, type Result } from '#kernel';
import type { CelEvaluator, CelFailure, CelOutcome } from './cel.ports.js';
import { CutBudgets } from './cut-budgets.js';
import { CEL_LIMITS, CelProcess, type CelLimits, type CelProcessDeps } from './cel-process.js';

interface Job {
  readonly expressions: readonly string[];
  readonly json: string;
  readonly resolve: (outcomes: readonly CelOutcome[]) => void;
}

/** An object of etcd's largest size, twice over. */
const MAX_JSON = 3 * 1024 * 1024;
const MAX_WAITING = 1_000;
const IDLE_MS = 30_000;

/**
 * One process for all askers, who take turns. It starts with the first question and ends when nobody has asked for a while. An asker whose
 * expressions are cut three times within a minute gets no more time for a minute, and for twice as long each further time, so that it costs the others a second at most.
 */
export class CelLane implements CelEvaluator {
  readonly #queues = new Map<string, Job[]>();
  readonly #budgets: CutBudgets;
  readonly #limits: CelLimits;
  #waiting = 0;
  #process: CelProcess | undefined;
  #serving: Promise<void> | undefined;
  #idle: { cancel(): void } | undefined;
  #isClosed = false;

  constructor(
    private readonly deps: Omit<CelProcessDeps, 'limits'>,
    limits: Partial<CelLimits> = {},
  ) {
    this.#limits = { ...CEL_LIMITS, ...limits };
    this.#budgets = new CutBudgets(deps.monotonic);
  }

  evaluate(asker: string, expressions: readonly string[], variables: JsonObject): Promise<readonly CelOutcome[]> {
    const json = JSON.stringify(variables);
    const refusal = this.#refusal(asker, json);
    if (refusal !== undefined || expressions.length === 0) return Promise.resolve(refuse(expressions, refusal));
    return new Promise((resolve) => {
      this.#queues.set(asker, [...(this.#queues.get(asker) ?? []), { expressions, json, resolve }]);
      this.#waiting += 1;
      this.#serving ??= this.#serve();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#endProcess();
    await this.#serving;
  }

  #refusal(asker: string, json: string): CelFailure | undefined {
    if (this.#isClosed) return CLOSED;
    if (json.length > MAX_JSON) return { code: 'TOO_LARGE', message: 'the object is too large for an expression' };
    if (this.#waiting >= MAX_WAITING) return { code: 'BUSY', message: 'too many expressions wait to be evaluated' };
    return this.#budgets.refusalOf(asker);
  }

  async #serve(): Promise<void> {
    this.#idle?.cancel();
    await Promise.resolve(); // so that `#serving` is set before it can be unset
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { asker, job } = next;
      const refusal = this.#isClosed ? CLOSED : this.#budgets.refusalOf(asker);
      job.resolve(refusal === undefined ? await this.#evaluate(asker, job) : refuse(job.expressions, refusal));
    }
    // In the same breath as the last look at the queues: who asks from now on finds nobody serving.
    this.#serving = undefined;
    this.#idle = this.deps.timers.after(IDLE_MS, () => {
      if (this.#serving === undefined) this.#endProcess();
    });
  }

  /** The one who waited longest since its last turn. */
  #next(): { readonly asker: string; readonly job: Job } | undefined {
    for (const [asker, [job, ...rest]] of this.#queues) {
      this.#queues.delete(asker);
      if (rest.length > 0) this.#queues.set(asker, rest);
      if (job === undefined) continue;
      this.#waiting -= 1;
      return { asker, job };
    }
    return undefined;
  }

  async #evaluate(asker: string, { expressions, json }: Job): Promise<readonly CelOutcome[]> {
    const process = await this.#alive();
    if (!process.ok) return refuse(expressions, process.error);
    const outcomes = await process.value.evaluate(expressions, json);
    if (this.#isClosed) return refuse(expressions, CLOSED);
    const cut = outcomes.findIndex((outcome) => !outcome.ok && outcome.error.code === 'CUT');
    if (cut >= 0) this.#budgets.noteCut(asker, expressions[cut] ?? '');
    return outcomes;
  }

  async #alive(): Promise<Result<CelProcess, CelFailure>> {
    if (this.#process?.isAlive === true) return ok(this.#process);
    const started = await CelProcess.start({ ...this.deps, limits: this.#limits });
    if (!started.ok) return err({ code: 'UNAVAILABLE', message: started.error });
    if (this.#isClosed) {
      started.value.kill();
      return err(CLOSED);
    }
    this.#process = started.value;
    return started;
  }

  #endProcess(): void {
    this.#idle?.cancel();
    this.#process?.kill();
    this.#process = undefined;
  }
}

const CLOSED: CelFailure = { code: 'UNAVAILABLE', message: 'the agent is being stopped' };

function refuse(expressions: readonly string[], failure: CelFailure | undefined): readonly CelOutcome[] {
  return failure === undefined ? [] : expressions.map(() => err(failure));
}
