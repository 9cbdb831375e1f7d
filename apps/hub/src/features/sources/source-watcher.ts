import { jitterMs, type Failpoints, type Ids, type Log, type Random, type Timers } from '#kernel';
import type { RepositoryId } from '#domain';
import { nextPollMs, type PollEnding } from './next-poll.js';
import type { PollOutcome, PollRepository } from './poll-repository.js';
import { ClaimLost, type ClaimedRepository, type PollRecord, type SourceStore } from './source.store.js';

export interface SourceWatcherPorts {
  readonly store: SourceStore;
  readonly poll: Pick<PollRepository, 'execute'>;
  readonly timers: Timers;
  readonly random: Random;
  readonly ids: Ids;
  readonly failpoints: Failpoints;
  readonly log: Log;
}

export interface SourceWatcherSettings {
  /** Looks at once in this process. @default 4 */
  readonly maxConcurrent?: number;
  /** How long a dead watcher keeps a repository from the others. @default 9000 */
  readonly leaseMs?: number;
  /** Longest look, fetch and evaluation included. @default 600000 */
  readonly deadlineMs?: number;
  /** How often the database is asked what is due when nobody says so. @default 1000 */
  readonly tickMs?: number;
}

const MAX_HINTS = 10_000;

/**
 * Looks at repositories when they are due. Level-triggered: the row says when that is, a hint only changes the row. Any number of
 * watchers share the work, as each takes a repository under a lease that it renews; one that dies leaves it to the others.
 */
export class SourceWatcher {
  readonly #settings: Required<SourceWatcherSettings>;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** What was hinted at and is not written to its row yet. Beyond the bound hints are dropped: the next regular look finds the same. */
  readonly #hints = new Set<RepositoryId>();
  #isUnseenWanted = true;
  #wake: (() => void) | undefined;
  #isWoken = false;
  #loop: Promise<void> | undefined;

  constructor(
    private readonly ports: SourceWatcherPorts,
    settings: SourceWatcherSettings = {},
  ) {
    this.#settings = { maxConcurrent: 4, leaseMs: 9_000, deadlineMs: 600_000, tickMs: 1_000, ...settings };
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Ends the looks under way; their repositories are free for others at once. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the source watcher is stopping'));
    this.wake();
    await this.#loop;
    await Promise.all(this.#running);
  }

  /** Somebody says that a repository has news. */
  hint(id: RepositoryId): void {
    if (this.#hints.size < MAX_HINTS) this.#hints.add(id);
    this.wake();
  }

  /** Something became due. */
  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /** Hints may have been lost: looks for what they would have told. */
  reread(): void {
    this.#isUnseenWanted = true;
    this.wake();
  }

  /** Takes what is due, as far as there is room, and begins to look at it. Answers how many were taken. */
  async takeDue(): Promise<number> {
    const { store, ids } = this.ports;
    await this.#writeHints();
    const room = this.#settings.maxConcurrent - this.#running.size;
    if (room <= 0) return 0;
    const claimed = await store.claimDue(ids.uuid(), room, this.#settings.leaseMs);
    for (const repository of claimed) {
      const look = this.#look(repository).finally(() => {
        this.#running.delete(look);
        this.wake();
      });
      this.#running.add(look);
    }
    return claimed.length;
  }

  /** Looks at everything that is due now, and answers when that is done. */
  async pass(): Promise<void> {
    while ((await this.takeDue()) > 0 || this.#running.size > 0) await Promise.all(this.#running);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#isWoken = false;
      try {
        await this.takeDue();
      } catch (error) {
        this.ports.log.warn('cannot find out which repositories are due', { error });
      }
      await this.#untilWokenOrTick();
    }
  }

  async #untilWokenOrTick(): Promise<void> {
    if (this.#isWoken) return;
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const tick = this.ports.timers.sleep(jitterMs(this.#settings.tickMs, 0.2, this.ports.random), over.signal).catch(() => undefined);
    await Promise.race([woken, tick]);
    this.#wake = undefined;
    over.abort();
  }

  async #writeHints(): Promise<void> {
    const { store } = this.ports;
    if (this.#isUnseenWanted) {
      await store.hintUnseen();
      this.#isUnseenWanted = false;
    }
    const hinted = [...this.#hints];
    if (hinted.length === 0) return;
    await store.hint(hinted);
    for (const id of hinted) this.#hints.delete(id);
  }

  /** One look from claim to finish. Never throws. */
  async #look(repository: ClaimedRepository): Promise<void> {
    const { store, poll, timers, failpoints, log } = this.ports;
    const over = new AbortController();
    const lost = new AbortController();
    const deadline = timers.after(this.#settings.deadlineMs, () => lost.abort(new DOMException('the look took too long', 'TimeoutError')));
    const renewing = this.#keepClaim(repository, lost, over.signal);
    try {
      await failpoints.hit('source-watcher.after-claim');
      const outcome = await poll.execute(repository, AbortSignal.any([this.#stopping.signal, lost.signal]));
      await failpoints.hit('source-watcher.before-finish');
      this.#report(repository, outcome);
      await store.finish(repository, this.#recordOf(repository, outcome));
    } catch (error) {
      await this.#giveUp(repository, error).catch((failure: unknown) => log.warn('cannot end the look at a repository; its lease runs out by itself', { repositoryId: repository.id, error: failure }));
    } finally {
      over.abort();
      deadline.cancel();
      await renewing;
    }
  }

  async #keepClaim(repository: ClaimedRepository, lost: AbortController, over: AbortSignal): Promise<void> {
    const { store, timers, log } = this.ports;
    while (!over.aborted) {
      await timers.sleep(this.#settings.leaseMs / 3, over).catch(() => undefined); // the end of the look ends the wait
      if (over.aborted) return;
      try {
        if (await store.renew(repository, this.#settings.leaseMs)) continue;
        lost.abort(new ClaimLost(repository.id));
        return;
      } catch (error) {
        log.warn('cannot renew the claim of a repository yet', { repositoryId: repository.id, error });
      }
    }
  }

  /** After a stop, a lost claim, or something unforeseen such as a database that went away: the last is tried again, later and later. */
  async #giveUp(repository: ClaimedRepository, error: unknown): Promise<void> {
    const { store, log } = this.ports;
    if (this.#stopping.signal.aborted) return store.release(repository);
    if (error instanceof ClaimLost) {
      log.info('another watcher has taken over a repository', { repositoryId: repository.id });
      return;
    }
    log.error('looking at a repository failed unexpectedly', { repositoryId: repository.id, error });
    const problem = { reason: 'INTERNAL_ERROR' as const, message: `The hub failed to look at it; its log names repository ${repository.id}.` };
    await store.finish(repository, { delayMs: this.#delayMs(repository, { kind: 'UNDECIDED' }), isPause: false, problem, isSuccess: false });
  }

  #recordOf(repository: ClaimedRepository, outcome: PollOutcome): PollRecord {
    if (outcome.kind === 'SEEN') {
      const { isFollowed, isUndecided } = outcome;
      const delayMs = this.#delayMs(repository, isUndecided ? { kind: 'UNDECIDED' } : { kind: 'SEEN', isFollowed });
      return { delayMs, isPause: false, problem: undefined, isSuccess: !isUndecided };
    }
    if (outcome.kind === 'WAITS') return { delayMs: outcome.waitMs, isPause: true, problem: outcome.problem, isSuccess: false };
    const { retryable: isRetryable, retryAfterMs, code } = outcome.failure;
    const isRateLimited = code === 'RATE_LIMITED';
    const delayMs = this.#delayMs(repository, { kind: 'FAILED', isRetryable, isRateLimited, retryAfterMs });
    return { delayMs, isPause: isRateLimited || retryAfterMs !== undefined, problem: outcome.problem, isSuccess: false };
  }

  #delayMs(repository: ClaimedRepository, ending: PollEnding): number {
    return nextPollMs(repository.pollMs, repository.failures + 1, ending, this.ports.random);
  }

  #report(repository: ClaimedRepository, outcome: PollOutcome): void {
    if (outcome.kind === 'SEEN') {
      if (repository.failures > 0 && !outcome.isUndecided) this.ports.log.info('a repository can be read again', { repositoryId: repository.id, failures: repository.failures });
    } else if (repository.failures === 0) {
      this.ports.log.warn('a repository cannot be read; what runs stays as it is', { repositoryId: repository.id, code: outcome.kind === 'WAITS' ? 'HOST_PAUSED' : outcome.failure.code, message: outcome.problem.message });
    }
  }
}
