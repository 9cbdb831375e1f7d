import { Module } from '@nestjs/common';
import { ApplicationReadModule } from '../applications/index.js';
import { RolloutReadModule } from '../rollouts/index.js';
import { StrategyWarningReadModel } from './strategy-warnings.read-model.js';
import { ApplicationWarningsResolver, CreatedApplicationWarningsResolver, RolloutWarningsResolver, UpdatedApplicationWarningsResolver } from './strategy-warnings.resolver.js';

/** Tells what of a strategy or a rollout is allowed and surely not meant. Nothing is kept from happening by it. */
@Module({
  imports: [ApplicationReadModule, RolloutReadModule],
  providers: [StrategyWarningReadModel, ApplicationWarningsResolver, CreatedApplicationWarningsResolver, UpdatedApplicationWarningsResolver, RolloutWarningsResolver],
})
export class StrategyWarningsModule {}
