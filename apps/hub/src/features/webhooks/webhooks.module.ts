import type { Clock, Ids, Log, MonotonicClock, Timers, Tracer } from '#kernel';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { systemScope, TransactionContext } from '../../platform/database/index.js';
import { CLOCK, IDS, LOG, MONOTONIC, TIMERS, TRACER } from '../../platform/tokens.js';
import { SOURCES_WANTED, type SourcesWanted } from '../releases/index.js';
import { RepositoriesModule, RepositorySchedule, WebhookSecretSource } from '../repositories/index.js';
import { AnswerWebhook } from './answer-webhook.js';
import { ReceiveWebhook } from './receive-webhook.js';
import { WebhookRoutes } from './webhook-routes.js';
import { WebhookSeats } from './webhook-seats.js';

const SCOPE = systemScope('webhooks');

@Module({})
export class WebhooksModule {
  /** @param ports modules that export SOURCES_WANTED (which refs anybody follows) */
  static forRoot(ports: readonly (Type | DynamicModule)[]): DynamicModule {
    return {
      module: WebhooksModule,
      imports: [RepositoriesModule, ...ports],
      providers: [
        WebhookRoutes, AnswerWebhook,
        { provide: WebhookSeats, inject: [MONOTONIC, TIMERS], useFactory: (clock: MonotonicClock, timers: Timers) => new WebhookSeats(clock, timers) },
        { provide: ReceiveWebhook, inject: [TransactionContext, WebhookSecretSource, SOURCES_WANTED, RepositorySchedule, WebhookSeats, CLOCK, IDS, TRACER, LOG], useFactory: receiverOf },
      ],
    };
  }
}

function receiverOf(tx: TransactionContext, secrets: WebhookSecretSource, wanted: SourcesWanted, schedule: RepositorySchedule, seats: WebhookSeats, clock: Clock, ids: Ids, tracer: Tracer, log: Log): ReceiveWebhook {
  return new ReceiveWebhook({
    secretOf: (id) => secrets.secretOf(id), refsOf: (id) => wanted.refsOf(id), hint: (id, traceparent) => tx.run(SCOPE, () => schedule.hint(id, traceparent)), seats, clock, ids, tracer, log,
  });
}
