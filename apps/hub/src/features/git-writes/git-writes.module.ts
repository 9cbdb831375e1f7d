import type { Failpoints, Ids, Log, Random, Timers } from '#kernel';
import { Module } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import type { HubConfig } from '../../platform/config.js';
import { Notifications, Outbox, TransactionContext } from '../../platform/database/index.js';
import { FAILPOINTS, HUB_CONFIG, IDS, LOG, RANDOM, TIMERS } from '../../platform/tokens.js';
import { ApplicationReadModule } from '../applications/index.js';
import { ReleaseReadModule } from '../releases/index.js';
import { RepositoriesModule, RepositorySchedule, RepositorySecrets } from '../repositories/index.js';
import { GitWriterService } from './git-writer.service.js';
import { GitWriteReadModel } from './git-writes.read-model.js';
import { GitWriteResolver, RolloutGitWriteResolver } from './git-writes.resolver.js';
import { RetryGitWrite } from './retry-git-write.js';
import { PromotionResolver } from './promotion.resolver.js';
import { Reverts } from './reverts.js';

/** Owes commits: for rollbacks. */
@Module({ providers: [Reverts], exports: [Reverts] })
export class GitWriteModule {}

/** Shows commits that are owed, and writes them where the role `planner` is. */
@Module({
  imports: [ApplicationReadModule, ReleaseReadModule, RepositoriesModule],
  providers: [
    GitWriteReadModel, GitWriteResolver, RolloutGitWriteResolver, PromotionResolver, RetryGitWrite,
    {
      provide: GitWriterService,
      inject: [HUB_CONFIG, TransactionContext, Notifications, RepositorySchedule, RepositorySecrets, AuditTrail, Outbox, TIMERS, RANDOM, IDS, FAILPOINTS, LOG],
      useFactory: serviceOf,
    },
  ],
})
export class GitWritesModule {}

function serviceOf(
  config: HubConfig, tx: TransactionContext, notifications: Notifications, schedule: RepositorySchedule, secrets: RepositorySecrets, audit: AuditTrail, outbox: Outbox,
  timers: Timers, random: Random, ids: Ids, failpoints: Failpoints, log: Log,
): GitWriterService {
  return new GitWriterService({ config, tx, notifications, schedule, secrets, audit, outbox, timers, random, ids, failpoints, log });
}
