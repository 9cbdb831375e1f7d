import type { RepositoryId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { CHANNELS, TransactionContext } from '../../platform/database/index.js';

/** When a repository is looked at next. Everything runs inside an open transaction; the watcher wakes with the commit. */
@Injectable()
export class RepositorySchedule {
  constructor(@Inject(TransactionContext) private readonly tx: Pick<TransactionContext, 'execute' | 'notify'>) {}

  /**
   * Somebody says that there is news: the repository is due now. Any number of hints before the look cost one look, looks are a second
   * apart at least, and no hint shortens the pause that a Git server has asked for.
   *
   * @param traceparent the trace that the next look continues; of several hints the last that has one counts
   */
  async hint(id: RepositoryId, traceparent?: string): Promise<void> {
    const changed = await this.tx.execute(
      `UPDATE repositories SET hinted_at = clock_timestamp(), hint_trace = coalesce($2, hint_trace),
         next_poll_at = least(next_poll_at, greatest(clock_timestamp(), last_polled_at + interval '1 second', not_before))
       WHERE id = $1 AND deleted_at IS NULL`,
      [id, traceparent ?? null],
    );
    if (changed === 1) this.tx.notify(CHANNELS.repositoryDue, id);
  }

  /** The settings are others now: what the earlier ones led to counts no more. */
  async startOver(id: RepositoryId): Promise<void> {
    const changed = await this.tx.execute(
      'UPDATE repositories SET hinted_at = clock_timestamp(), next_poll_at = clock_timestamp(), not_before = NULL, failures = 0 WHERE id = $1 AND deleted_at IS NULL',
      [id],
    );
    if (changed === 1) this.tx.notify(CHANNELS.repositoryDue, id);
  }
}
