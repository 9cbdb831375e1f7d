import type { Failpoints, Log, Random, Timers } from '#kernel';
import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { Notifications, TransactionContext } from '../../platform/database/index.js';
import { FAILPOINTS, LOG, RANDOM, TIMERS } from '../../platform/tokens.js';
import { CLUSTER_ASKER, type ClusterAsker } from './cluster-asker.js';
import { GateCheckRunner } from './gate-check.runner.js';

/** Asks for gates for as long as the application does, on replicas that hold streams of agents. */
@Module({})
export class GateChecksModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(GateCheckRunner) private readonly runner: GateCheckRunner,
    @Inject(CLUSTER_ASKER) private readonly asker: ClusterAsker,
  ) {}

  /** @param asker module that exports CLUSTER_ASKER */
  static forRoot(asker: Type | DynamicModule): DynamicModule {
    return {
      module: GateChecksModule,
      imports: [asker],
      providers: [
        {
          provide: GateCheckRunner,
          inject: [CLUSTER_ASKER, TransactionContext, Notifications, FAILPOINTS, TIMERS, RANDOM, LOG],
          useFactory: (cluster: ClusterAsker, tx: TransactionContext, notifications: Notifications, failpoints: Failpoints, timers: Timers, random: Random, log: Log): GateCheckRunner =>
            new GateCheckRunner({ asker: cluster, tx, notifications, failpoints, timers, random, log }),
        },
      ],
    };
  }

  onApplicationBootstrap(): void {
    if (this.asker.replica !== undefined) this.runner.start();
  }

  /** Before the gateway says goodbye to agents. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.stop();
  }
}
