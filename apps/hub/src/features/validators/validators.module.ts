import type { Clock, Failpoints, Ids, Log, Timers } from '#kernel';
import { Inject, Module, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { lookup } from 'node:dns/promises';
import { AuditTrail } from '../../platform/audit/index.js';
import type { HubConfig } from '../../platform/config.js';
import { Notifications, TransactionContext } from '../../platform/database/index.js';
import { CLOCK, FAILPOINTS, HUB_CONFIG, IDS, LOG, TIMERS } from '../../platform/tokens.js';
import { ProjectsModule } from '../projects/index.js';
import { AskValidators } from './asking/ask-validators.js';
import { QuestionStore } from './asking/question.store.js';
import { ValidatorEgress } from './asking/validator-egress.js';
import { ChangeValidator } from './change-validator.js';
import { CreateValidator } from './create-validator.js';
import { ValidatorKeys } from './validator-keys.js';
import { ValidatorStore } from './validator.store.js';
import { ValidatorReadModel } from './validators.read-model.js';
import { ValidatorResolver } from './validators.resolver.js';

/** Services that gates of rollouts ask: who they are, and, where the role planner is, the asking. */
@Module({
  imports: [ProjectsModule],
  providers: [
    ValidatorResolver, ValidatorReadModel, ValidatorStore, ValidatorKeys, CreateValidator, ChangeValidator,
    { provide: AskValidators, inject: [HUB_CONFIG, TransactionContext, Notifications, AuditTrail, ValidatorKeys, CLOCK, TIMERS, IDS, FAILPOINTS, LOG], useFactory: askerOf },
  ],
})
export class ValidatorsModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(AskValidators) private readonly asker: AskValidators | undefined) {}

  onApplicationBootstrap(): void {
    this.asker?.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.asker?.stop();
  }
}

function askerOf(
  config: HubConfig, tx: TransactionContext, notifications: Notifications, audit: AuditTrail, keys: ValidatorKeys, clock: Clock, timers: Timers, ids: Ids, failpoints: Failpoints, log: Log,
): AskValidators | undefined {
  if (!config.roles.includes('planner')) return undefined;
  const egress = new ValidatorEgress(config.allowPrivateValidatorHosts, async (host) => (await lookup(host, { all: true })).map(({ address }) => address), timers, log);
  return new AskValidators({ store: new QuestionStore(tx, audit), egress, notifications, keys, clock, timers, ids, failpoints, log });
}
