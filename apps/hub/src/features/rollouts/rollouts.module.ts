import type { Ids } from '#kernel';
import { Module } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { Outbox, TransactionContext } from '../../platform/database/index.js';
import { IDS } from '../../platform/tokens.js';
import { ApplicationReadModule } from '../applications/index.js';
import { RELEASE_ROLLOUTS, ReleaseReadModule } from '../releases/index.js';
import { TargetReadModule } from '../targets/index.js';
import { HurdleReadModel } from './hurdles.read-model.js';
import { ROLLOUT_STORE, type RolloutStore } from './rollout.store.js';
import { RolloutChangedResolver } from './rollout-changed.resolver.js';
import { RolloutChanges } from './rollout-changes.js';
import { RolloutReadModel } from './rollouts.read-model.js';
import { StageReadModel } from './stages.read-model.js';
import { ApplicationRolloutsResolver, RolloutResolver, RolloutTargetResolver } from './rollouts.resolver.js';
import { SqlRolloutStore } from './sql-rollout.store.js';
import { StartRollouts } from './start-rollouts.js';
import { SyncApplication } from './sync-application.js';

/** Starts rollouts: for releases, for people, and for the planner. */
@Module({
  providers: [
    { provide: ROLLOUT_STORE, inject: [TransactionContext], useFactory: (tx: TransactionContext) => new SqlRolloutStore(tx) },
    {
      provide: StartRollouts,
      inject: [TransactionContext, ROLLOUT_STORE, AuditTrail, Outbox, IDS],
      useFactory: (tx: TransactionContext, store: RolloutStore, audit: AuditTrail, outbox: Outbox, ids: Ids) => new StartRollouts({ tx, store, audit, outbox, ids }),
    },
    { provide: RELEASE_ROLLOUTS, useExisting: StartRollouts },
  ],
  exports: [ROLLOUT_STORE, StartRollouts, RELEASE_ROLLOUTS],
})
export class RolloutWriteModule {}

@Module({ providers: [HurdleReadModel, RolloutReadModel, StageReadModel], exports: [HurdleReadModel, RolloutReadModel, StageReadModel] })
export class RolloutReadModule {}

@Module({
  imports: [RolloutReadModule, RolloutWriteModule, ApplicationReadModule, ReleaseReadModule, TargetReadModule],
  providers: [RolloutResolver, RolloutTargetResolver, ApplicationRolloutsResolver, RolloutChanges, RolloutChangedResolver, SyncApplication],
})
export class RolloutsModule {}
