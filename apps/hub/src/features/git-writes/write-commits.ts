import { backoffMs, jitterMs, type Failpoints, type Ids, type Log, type Random, type Timers } from '#kernel';
import type { AuditTrail } from '../../platform/audit/index.js';
import { systemScope, type Outbox, type TransactionContext } from '../../platform/database/index.js';
import type { RepositorySchedule } from '../repositories/index.js';
import type { CarryOutWrite } from './carry-out-write.js';
import type { ClaimedWrite, WriteOutcome } from './git-write.js';
import type { SqlGitWriteStore } from './sql-git-write.store.js';

export interface WriteCommitsPorts {
  readonly tx: Pick<TransactionContext, 'run'>;
  readonly store: Pick<SqlGitWriteStore, 'claimDue' | 'isWanted' | 'finish' | 'fail' | 'release'>;
  readonly carryOut: Pick<CarryOutWrite, 'execute'>;
  readonly schedule: Pick<RepositorySchedule, 'hint'>;
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly outbox: Pick<Outbox, 'append'>;
  readonly timers: Timers;
  readonly random: Random;
  readonly ids: Ids;
  readonly failpoints: Failpoints;
  readonly log: Log;
}

const CONTROLLER = 'git-writer';
const AT_ONCE = 4;
/** Longer than one write may take: whoever holds a claim past it is dead. */
const LEASE_MS = 6 * 60_000;
const DEADLINE_MS = 5 * 60_000;
const TICK_MS = 5_000;
const AGAIN = { baseMs: 2_000, maxMs: 10 * 60_000 };
/** About a day: a Git server that is away for longer is for a person to notice. */
export const MAX_ATTEMPTS = 150;

/**
 * Carries out commits that are owed, a few at a time. Killed anywhere it goes on after the lease of what it held, and writes nothing twice: the commit carries the
 * id of its row. Frozen for longer than its lease it does not push: the claim is looked at right before each push, and the server moves the branch only from where it was
 * built upon. Frozen between these two, it is not stopped by a later wish that had nothing to commit. Several replicas share the work.
 */
export class WriteCommits {
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #wake: (() => void) | undefined;
  #loop: Promise<void> | undefined;

  constructor(private readonly ports: WriteCommitsPorts) {}

  start(): void {
    this.#loop ??= this.#run();
  }

  wake(): void {
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the writer of commits is stopping'));
    this.wake();
    await this.#loop;
    await Promise.all(this.#running);
  }

  /** Carries out everything that is due now, and answers when that is done. */
  async pass(): Promise<void> {
    while ((await this.takeDue()) > 0 || this.#running.size > 0) await Promise.all(this.#running);
  }

  async takeDue(): Promise<number> {
    const { tx, store, ids } = this.ports;
    const room = AT_ONCE - this.#running.size;
    if (room <= 0) return 0;
    const claimed = await tx.run(systemScope(CONTROLLER), () => store.claimDue(ids.uuid(), room, LEASE_MS));
    for (const write of claimed) {
      const done = this.#carryOut(write).finally(() => {
        this.#running.delete(done);
        this.wake();
      });
      this.#running.add(done);
    }
    return claimed.length;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.takeDue();
      } catch (error) {
        this.ports.log.warn('cannot find out which commits are owed', { error });
      }
      const over = new AbortController();
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      const tick = this.ports.timers.sleep(jitterMs(TICK_MS, 0.2, this.ports.random), over.signal).catch(() => undefined); // being woken ends the wait
      if (!this.#stopping.signal.aborted) await Promise.race([woken, tick]);
      this.#wake = undefined;
      over.abort();
    }
  }

  /** Never throws. */
  async #carryOut(write: ClaimedWrite): Promise<void> {
    const { carryOut, failpoints, log } = this.ports;
    const over = new AbortController();
    const deadline = this.ports.timers.after(DEADLINE_MS, () => over.abort(new DOMException('the write took too long', 'TimeoutError')));
    try {
      await failpoints.hit('git-writes.after-claim');
      const outcome = await carryOut.execute(write, () => this.#isWanted(write), AbortSignal.any([this.#stopping.signal, over.signal]));
      await failpoints.hit('git-writes.after-push');
      if (outcome.kind === 'LEFT') log.info('a commit was not sent: its claim went to another, or a later one took its place', { gitWriteId: write.id });
      if (outcome.kind === 'LEFT' || (this.#stopping.signal.aborted && outcome.kind === 'FAILED')) await this.#giveBack(write);
      else await this.#record(write, outcome);
    } catch (error) {
      if (this.#stopping.signal.aborted) return await this.#giveBack(write).catch(() => undefined); // the lease runs out by itself
      log.error('a commit could not be written, for no foreseen reason', { gitWriteId: write.id, error });
      const outcome = { kind: 'FAILED' as const, reason: 'INTERNAL_ERROR' as const, message: `The hub failed to write it; its log names git write ${write.id}.`, isFinal: false, retryAfterMs: undefined };
      await this.#record(write, outcome).catch((failure: unknown) => log.warn('cannot note how a write ended; its lease runs out by itself', { gitWriteId: write.id, error: failure }));
    } finally {
      deadline.cancel();
    }
  }

  /** Who stood still for longer than its claim would put an older wish on top of the later one that was written meanwhile. */
  async #isWanted(write: ClaimedWrite): Promise<boolean> {
    const { tx, store, failpoints } = this.ports;
    await failpoints.hit('git-writes.after-build');
    const isWanted = await tx.run(systemScope(CONTROLLER, write.project), () => store.isWanted(write));
    await failpoints.hit('git-writes.before-push');
    return isWanted;
  }

  async #giveBack(write: ClaimedWrite): Promise<void> {
    await this.ports.tx.run(systemScope(CONTROLLER, write.project), () => this.ports.store.release(write));
  }

  async #record(write: ClaimedWrite, outcome: Exclude<WriteOutcome, { kind: 'LEFT' }>): Promise<void> {
    const { tx, store, schedule, log, random } = this.ports;
    const { id, project, application, repository } = write;
    await tx.run(systemScope(CONTROLLER, project), async () => {
      if (outcome.kind === 'DONE') {
        const message = outcome.commit === undefined ? `The branch ${write.branch} holds that content already: there was nothing to commit.` : undefined;
        if (!(await store.finish(write, outcome.commit, outcome.url, message))) return;
        await this.#tell(write, 'SUCCEEDED', 'gitWrite.done', { commit: outcome.commit ?? null });
        if (outcome.commit !== undefined) await schedule.hint(repository);
        return;
      }
      const isOver = outcome.isFinal || write.attempts >= MAX_ATTEMPTS;
      const delayMs = isOver ? undefined : Math.max(outcome.retryAfterMs ?? 0, backoffMs(AGAIN, write.attempts, random));
      if (!(await store.fail(write, outcome, delayMs)) || !isOver) return;
      await this.#tell(write, 'REFUSED', 'gitWrite.failed', { reason: outcome.reason });
    });
    if (outcome.kind === 'DONE') log.info('a commit was written', { gitWriteId: id, applicationId: application, branch: write.newBranch ?? write.branch, commit: outcome.commit ?? 'none: nothing differs' });
    else log.warn('a commit was not written', { gitWriteId: id, applicationId: application, branch: write.newBranch ?? write.branch, reason: outcome.reason, message: outcome.message, attempt: write.attempts });
  }

  async #tell({ id, project, application, kind }: ClaimedWrite, outcome: 'SUCCEEDED' | 'REFUSED', event: string, more: { readonly [key: string]: string | null }): Promise<void> {
    const { audit, outbox } = this.ports;
    await audit.record({ action: `git-writer.${kind.toLowerCase()}`, object: { kind: 'GitWrite', id }, projectId: project, outcome, ...(typeof more['reason'] === 'string' ? { reason: more['reason'] } : {}), after: more });
    await outbox.append({ kind: event, projectId: project, payload: { gitWriteId: id, applicationId: application, ...more } });
  }
}
