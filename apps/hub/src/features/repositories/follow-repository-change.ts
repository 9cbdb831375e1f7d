import { Inject, Injectable } from '@nestjs/common';
import { RepositoryOrders } from '../placement/index.js';
import type { Repository } from './repository.js';
import { RepositorySchedule } from './repository-schedule.js';

/** What a change of a repository's settings sets in motion, inside the transaction of the change. */
@Injectable()
export class FollowRepositoryChange {
  constructor(
    @Inject(RepositorySchedule) private readonly schedule: Pick<RepositorySchedule, 'startOver'>,
    @Inject(RepositoryOrders) private readonly orders: Pick<RepositoryOrders, 'onRepositoryChanged'>,
  ) {}

  /** It is looked at anew; orders that carry its URL or the digest of its credentials are made anew. */
  async execute(before: Repository, after: Repository): Promise<void> {
    await this.schedule.startOver(after.id);
    if (before.url !== after.url || before.credentials?.digest !== after.credentials?.digest) await this.orders.onRepositoryChanged(after.id);
  }
}
