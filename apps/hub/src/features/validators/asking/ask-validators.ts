import type { Failpoints, Ids, Timers } from '#kernel';
import { judgeValidation } from '#domain';
import { CHANNELS, type Notifications } from '../../../platform/database/index.js';
import { putQuestion, type PutQuestionPorts } from './put-question.js';
import type { Question, QuestionStore } from './question.store.js';

export interface AskValidatorsPorts extends PutQuestionPorts {
  readonly store: QuestionStore;
  readonly notifications: Pick<Notifications, 'listen' | 'onReconnect'>;
  readonly ids: Ids;
  readonly timers: Timers;
  readonly failpoints: Failpoints;
}

/** Questions under way at once, of a replica and of one validator: whoever is slow keeps two seats, and the others the rest. */
const SEATS = 8;
const SEATS_OF_ONE = 2;
/** Rollouts change in swarms, and one look is enough for a swarm. */
const GATHER_MS = 100;
const PAUSE_AFTER_ERROR_MS = 2_000;

/**
 * Puts the questions of gates to validators, on every replica of the role planner: each question is taken by one of them. Whatever is lost between the
 * question and its answer is asked again under the same id.
 */
export class AskValidators {
  readonly #underWay = new Map<Promise<void>, string>();
  readonly #stopping = new AbortController();
  readonly #unlisten: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #isWoken = false;
  #loop: Promise<void> | undefined;

  constructor(private readonly ports: AskValidatorsPorts) {}

  start(): void {
    const { notifications } = this.ports;
    this.#unlisten.push(notifications.listen(CHANNELS.rolloutChanged, () => this.#again()), notifications.onReconnect(() => this.#again()));
    this.#loop = this.#run();
  }

  /** Breaks off what is under way: another replica asks again. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the hub is stopping'));
    for (const unlisten of this.#unlisten.splice(0)) unlisten();
    await this.#loop;
    await this.settled();
  }

  /** Puts what is due, as far as there are seats. @returns in how many milliseconds to look again, unless an answer comes before */
  async pass(): Promise<number> {
    while (this.#underWay.size < SEATS) {
      const next = await this.ports.store.take(this.#busy(), this.ports.ids.uuid());
      if ('idleMs' in next) return next.idleMs;
      const asked: Promise<void> = this.#ask(next).finally(() => {
        this.#underWay.delete(asked);
        this.#again();
      });
      this.#underWay.set(asked, next.validatorKey);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Until every question that is under way now has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay.keys());
  }

  #busy(): readonly string[] {
    const seats = Map.groupBy(this.#underWay.values(), (key) => key);
    return [...seats].filter(([, taken]) => taken.length >= SEATS_OF_ONE).map(([key]) => key);
  }

  async #ask(question: Question): Promise<void> {
    const { store, failpoints, log } = this.ports;
    try {
      const answer = await putQuestion(this.ports, question, this.#stopping.signal);
      await failpoints.hit('validators.before-answer');
      await store.answer(question, judgeValidation(answer, question));
    } catch (error) {
      // It stays open, and whoever takes it next puts it again.
      if (!this.#stopping.signal.aborted) log.warn('a validator could not be asked for now', { validator: question.validatorName, rolloutId: question.facts.rollout.id, error });
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let idleMs = PAUSE_AFTER_ERROR_MS;
      this.#isWoken = false;
      try {
        idleMs = await this.pass();
      } catch (error) {
        if (!signal.aborted) this.ports.log.warn('the questions to validators could not be read for now', { error });
      }
      await this.#idle(idleMs);
    }
  }

  async #idle(ms: number): Promise<void> {
    const { timers } = this.ports;
    const waiting = new AbortController();
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#isWoken) this.#wake?.();
    const late = Number.isFinite(ms) ? [timers.sleep(ms, AbortSignal.any([waiting.signal, this.#stopping.signal])).catch(() => undefined)] : [];
    const stopped = new Promise<void>((resolve) => this.#stopping.signal.addEventListener('abort', () => resolve(), { once: true, signal: waiting.signal }));
    await Promise.race([woken, stopped, ...late]);
    waiting.abort();
    this.#wake = undefined;
    await timers.sleep(GATHER_MS, this.#stopping.signal).catch(() => undefined); // stopping ends the wait
  }

  #again(): void {
    this.#isWoken = true;
    this.#wake?.();
  }
}
