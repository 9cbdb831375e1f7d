import type { Clock, Log } from '#kernel';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { systemScope, TransactionContext } from '../../platform/database/index.js';
import { CLOCK, LOG } from '../../platform/tokens.js';
import { SOURCES_WANTED, type SourcesWanted } from '../releases/index.js';
import { RepositoriesModule, RepositorySchedule, WebhookSecretSource } from '../repositories/index.js';
import { ReceiveWebhook } from './receive-webhook.js';
import { WebhookRoutes } from './webhook-routes.js';

const SCOPE = systemScope('webhooks');

@Module({})
export class WebhooksModule {
  /** @param ports modules that export SOURCES_WANTED (which refs anybody follows) */
  static forRoot(ports: readonly (Type | DynamicModule)[]): DynamicModule {
    return {
      module: WebhooksModule,
      imports: [RepositoriesModule, ...ports],
      providers: [
        WebhookRoutes,
        { provide: ReceiveWebhook, inject: [TransactionContext, WebhookSecretSource, SOURCES_WANTED, RepositorySchedule, CLOCK, LOG], useFactory: receiverOf },
      ],
    };
  }
}

function receiverOf(tx: TransactionContext, secrets: WebhookSecretSource, wanted: SourcesWanted, schedule: RepositorySchedule, clock: Clock, log: Log): ReceiveWebhook {
  return new ReceiveWebhook({
    secretOf: (id) => secrets.secretOf(id), refsOf: (id) => wanted.refsOf(id), hint: (id) => tx.run(SCOPE, () => schedule.hint(id)), clock, log,
  });
}
