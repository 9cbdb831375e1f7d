import { Module } from '@nestjs/common';
import { PlacementModule } from '../placement/index.js';
import { ProjectsModule } from '../projects/index.js';
import { ApproveHistoryRewrite } from './approve-history-rewrite.js';
import { CreateRepository } from './create-repository.js';
import { DeleteRepository } from './delete-repository.js';
import { ApplicationHistoryResolver, HistoryRewriteResolver } from './history-rewrite.resolver.js';
import { HistoryRewriteReadModel } from './history-rewrites.read-model.js';
import { RepositoryReadModel } from './repositories.read-model.js';
import { RepositoryResolver } from './repositories.resolver.js';
import { FollowRepositoryChange } from './follow-repository-change.js';
import { RepositorySchedule } from './repository-schedule.js';
import { RepositorySecrets } from './repository-secrets.js';
import { REPOSITORY_STORE } from './repository.store.js';
import { TypeormRepositoryStore } from './typeorm-repository.store.js';
import { UpdateRepository } from './update-repository.js';
import { WebhookSecretSource } from './webhook-secret-source.js';

/** Repositories, and what other features need of them: the schedule, the secrets, the questions of screens. */
@Module({
  imports: [ProjectsModule, PlacementModule],
  providers: [
    RepositoryResolver, HistoryRewriteResolver, ApplicationHistoryResolver, ApproveHistoryRewrite, HistoryRewriteReadModel, CreateRepository, UpdateRepository, FollowRepositoryChange, DeleteRepository, RepositoryReadModel, RepositorySchedule, RepositorySecrets, WebhookSecretSource,
    { provide: REPOSITORY_STORE, useClass: TypeormRepositoryStore },
  ],
  exports: [RepositoryReadModel, RepositorySchedule, RepositorySecrets, WebhookSecretSource],
})
export class RepositoriesModule {}
