import { jitterMs, type Failpoints, type Log, type Random, type Timers } from '#kernel';
import { CHANNELS, type Notifications, type TransactionContext } from '../../platform/database/index.js';
import { askCheck } from './ask-check.js';
import { claimChecks, type ClaimedCheck } from './claim-checks.js';
import type { ClusterAsker } from './cluster-asker.js';
import { writeOutcome } from './write-outcome.js';

export interface GateCheckRunnerPorts {
  readonly tx: TransactionContext;
  readonly asker: ClusterAsker;
  readonly notifications: Pick<Notifications, 'listen' | 'onReconnect'>;
  readonly failpoints: Failpoints;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

/** How often is looked for what is due, whatever notifications say. */
const SCAN_EVERY_MS = 1_000;
/** Questions under way at once on one replica: each is a promise and a row. */
const MAX_OPEN = 256;

/**
 * Asks the agents of this replica what gates of rollouts want to know of their clusters. What is to be asked are rows, which the planner writes; whoever is
 * killed between question and answer leaves a row that is due again, and answers are written once or not at all.
 */
export class GateCheckRunner {
  readonly #stopping = new AbortController();
  readonly #unlisten: (() => void)[] = [];
  readonly #open = new Set<Promise<void>>();
  #wake: (() => void) | undefined;
  #loop: Promise<void> | undefined;

  constructor(private readonly ports: GateCheckRunnerPorts) {}

  start(): void {
    const { notifications } = this.ports;
    this.#unlisten.push(notifications.listen(CHANNELS.gateChecks, () => this.#wake?.()), notifications.onReconnect(() => this.#wake?.()));
    this.#loop = this.#run();
  }

  /** Gives up what is under way; others ask it again at once. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the hub is stopping'));
    for (const unlisten of this.#unlisten.splice(0)) unlisten();
    await this.#loop;
    await Promise.all(this.#open);
  }

  /** Begins to ask whatever is due here and there is room for. */
  async pass(): Promise<void> {
    const { tx, asker, failpoints } = this.ports;
    const room = MAX_OPEN - this.#open.size;
    if (asker.replica === undefined || room <= 0) return;
    const claimed = await claimChecks(tx, asker.replica, room);
    await failpoints.hit('gate-checks.after-claim');
    for (const check of claimed) {
      const work = this.#check(check);
      this.#open.add(work);
      void work.finally(() => this.#open.delete(work));
    }
  }

  async #check(check: ClaimedCheck): Promise<void> {
    const { tx, asker, failpoints, log } = this.ports;
    try {
      const outcome = await askCheck(asker, check, this.#stopping.signal);
      await failpoints.hit('gate-checks.after-answer');
      await writeOutcome(tx, check, outcome);
    } catch (error) {
      log.warn('a check of a gate could not be written for now; it is asked again', { clusterId: check.cluster, targetId: check.target, error });
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      try {
        await this.pass();
      } catch (error) {
        if (!signal.aborted) this.ports.log.warn('checks of gates could not be looked for', { error });
      }
      const waiting = new AbortController();
      const late = this.ports.timers.sleep(jitterMs(SCAN_EVERY_MS, 0.3, this.ports.random), AbortSignal.any([waiting.signal, signal])).catch(() => undefined); // stopping ends the wait
      await Promise.race([woken, late]);
      waiting.abort();
    }
  }
}
