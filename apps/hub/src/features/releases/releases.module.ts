import type { Ids, Log, Tracer } from '#kernel';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { Outbox, TransactionContext } from '../../platform/database/index.js';
import { IDS, LOG, TRACER } from '../../platform/tokens.js';
import { ApplicationReadModule } from '../applications/index.js';
import { EvaluateReleases } from './evaluate-releases.js';
import { RELEASE_EVALUATION } from './release-evaluation.js';
import { RELEASE_ROLLOUTS, type ReleaseRollouts } from './release-rollouts.js';
import { ReleaseReadModel } from './releases.read-model.js';
import { ApplicationReleasesResolver, ReleaseResolver } from './releases.resolver.js';
import { SOURCES_WANTED } from './sources-wanted.js';
import { SqlFurtherSourcesStore } from './sql-further-sources.store.js';
import { SqlReleaseStore } from './sql-release.store.js';
import { SqlSourcesWanted } from './sql-sources-wanted.js';

/** The questions that other features ask about releases; stands alone, so that they may depend on it. */
@Module({ providers: [ReleaseReadModel], exports: [ReleaseReadModel] })
export class ReleaseReadModule {}

@Module({})
export class ReleasesModule {
  /** @param ports modules that export RELEASE_ROLLOUTS (what starts the rollout of a release) */
  static forRoot(ports: readonly (Type | DynamicModule)[]): DynamicModule {
    return {
      module: ReleasesModule,
      imports: [ReleaseReadModule, ApplicationReadModule, ...ports],
      providers: [
        ReleaseResolver,
        ApplicationReleasesResolver,
        {
          provide: RELEASE_EVALUATION,
          inject: [TransactionContext, RELEASE_ROLLOUTS, AuditTrail, Outbox, IDS, TRACER, LOG],
          useFactory: (tx: TransactionContext, rollouts: ReleaseRollouts, audit: AuditTrail, outbox: Outbox, ids: Ids, tracer: Tracer, log: Log) =>
            new EvaluateReleases({ tx, store: new SqlReleaseStore(tx), further: new SqlFurtherSourcesStore(tx), rollouts, audit, outbox, ids, tracer, log }),
        },
        { provide: SOURCES_WANTED, inject: [TransactionContext], useFactory: (tx: TransactionContext) => new SqlSourcesWanted(tx) },
      ],
      exports: [RELEASE_EVALUATION, SOURCES_WANTED],
    };
  }
}
