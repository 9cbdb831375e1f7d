import type { Clock, Failpoints, Ids, Log, MonotonicClock, Random, Timers, Tracer } from '#kernel';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import type { HubConfig } from '../../platform/config.js';
import { Notifications, TransactionContext } from '../../platform/database/index.js';
import { Metrics } from '../../platform/http/index.js';
import { CLOCK, FAILPOINTS, HUB_CONFIG, IDS, LOG, MONOTONIC, RANDOM, TIMERS, TRACER } from '../../platform/tokens.js';
import { RELEASE_EVALUATION, SOURCES_WANTED, type ReleaseEvaluation, type SourcesWanted } from '../releases/index.js';
import { RepositoriesModule, RepositorySchedule, RepositorySecrets } from '../repositories/index.js';
import { WatcherService } from './watcher-service.js';

@Module({})
export class SourcesModule {
  /** @param ports modules that export RELEASE_EVALUATION and SOURCES_WANTED (what applications want of repositories) */
  static forRoot(ports: readonly (Type | DynamicModule)[]): DynamicModule {
    return {
      module: SourcesModule,
      imports: [RepositoriesModule, ...ports],
      providers: [
        {
          provide: WatcherService,
          inject: [HUB_CONFIG, TransactionContext, Notifications, RepositorySchedule, RepositorySecrets, SOURCES_WANTED, RELEASE_EVALUATION, Metrics, CLOCK, MONOTONIC, TIMERS, RANDOM, IDS, TRACER, FAILPOINTS, LOG],
          useFactory: serviceOf,
        },
      ],
    };
  }
}

function serviceOf(
  config: HubConfig, tx: TransactionContext, notifications: Notifications, schedule: RepositorySchedule, secrets: RepositorySecrets, wanted: SourcesWanted,
  evaluation: ReleaseEvaluation, metrics: Metrics, clock: Clock, monotonic: MonotonicClock, timers: Timers, random: Random, ids: Ids, tracer: Tracer, failpoints: Failpoints, log: Log,
): WatcherService {
  return new WatcherService({ config, tx, notifications, schedule, secrets, wanted, evaluation, metrics, clock, monotonic, timers, random, ids, tracer, failpoints, log });
}
