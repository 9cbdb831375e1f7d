import type { Failpoints, Ids, Log, MonotonicClock, Random, Timers, Tracer } from '#kernel';
import type { Signer } from '#wire';
import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { issueOrder } from '../../agent-gateway/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { Leases, Notifications, Outbox, TransactionContext } from '../../platform/database/index.js';
import { FAILPOINTS, IDS, LOG, MONOTONIC, RANDOM, TIMERS, TRACER } from '../../platform/tokens.js';
import { PlaceApplications, PlaceFacts, PLACEMENT_STORE, PlacementModule, type PlacementStore } from '../placement/index.js';
import { Metrics } from '../../platform/http/index.js';
import { ROLLOUT_STORE, RolloutWriteModule, StartRollouts, type RolloutStore } from '../rollouts/index.js';
import { PlanApplication } from './plan-application.js';
import { PlannerController } from './planner.controller.js';
import { ORDER_SIGNING_KEY } from './planner.ports.js';
import { rolloutGauges } from './rollout-gauges.js';
import { rolloutMeter } from './rollout-meter.js';

/** Runs the planner for as long as the application does, where there is a key to sign with: in replicas of that role. */
@Module({})
export class PlannerModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(PlannerController) private readonly controller: PlannerController | undefined) {}

  /** @param ports modules that export ORDER_SIGNING_KEY: a `Signer` of #wire, or undefined outside the role planner */
  static forRoot(ports: readonly (Type | DynamicModule)[]): DynamicModule {
    return {
      module: PlannerModule,
      imports: [PlacementModule, RolloutWriteModule, ...ports],
      providers: [
        {
          provide: PlanApplication,
          inject: [ORDER_SIGNING_KEY, TransactionContext, Leases, AuditTrail, Outbox, IDS, TRACER, FAILPOINTS, PLACEMENT_STORE, PlaceApplications, ROLLOUT_STORE, StartRollouts, Metrics, MONOTONIC, LOG],
          useFactory: planOf,
        },
        {
          provide: PlannerController,
          inject: [{ token: PlanApplication, optional: true }, TransactionContext, Leases, Notifications, PlaceFacts, IDS, TIMERS, MONOTONIC, RANDOM, LOG],
          useFactory: controllerOf,
        },
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.controller?.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.controller?.stop();
  }
}

function planOf(
  key: Signer | undefined, tx: TransactionContext, leases: Leases, audit: AuditTrail, outbox: Outbox, ids: Ids, tracer: Tracer, failpoints: Failpoints,
  placementStore: PlacementStore, placement: PlaceApplications, rolloutStore: RolloutStore, rollouts: StartRollouts, metrics: Metrics, monotonic: MonotonicClock, log: Log,
): PlanApplication | undefined {
  if (key === undefined) return undefined;
  const signer = { issue: (order: Parameters<typeof issueOrder>[0]) => issueOrder(order, key) };
  rolloutGauges({ tx, metrics, monotonic, log });
  return new PlanApplication({ tx, leases, signer, audit, outbox, ids, tracer, failpoints, meter: rolloutMeter(metrics), placementStore, placement, rolloutStore, rollouts });
}

function controllerOf(
  plan: PlanApplication | undefined, tx: TransactionContext, leases: Leases, notifications: Notifications, facts: PlaceFacts, ids: Ids,
  timers: Timers, monotonic: MonotonicClock, random: Random, log: Log,
): PlannerController | undefined {
  return plan && new PlannerController({ tx, leases, notifications, plan, facts, holder: ids.uuid(), timers, monotonic, random, log });
}
