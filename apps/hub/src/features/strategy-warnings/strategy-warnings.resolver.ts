import { Inject } from '@nestjs/common';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { ApplicationType, CreateApplicationPayload, UpdateApplicationPayload } from '../applications/index.js';
import { RolloutType } from '../rollouts/index.js';
import { StrategyWarningType, toWarningType } from './strategy-warnings.graphql.js';
import { StrategyWarningReadModel } from './strategy-warnings.read-model.js';

const OF_APPLICATION = 'What of its strategy is allowed and surely not meant, as the fleet is now. It refuses nothing.';

@Resolver(() => ApplicationType)
export class ApplicationWarningsResolver {
  constructor(@Inject(StrategyWarningReadModel) private readonly warnings: StrategyWarningReadModel) {}

  @ResolveField('warnings', () => [StrategyWarningType], { description: OF_APPLICATION })
  @RequirePermission('application:read')
  async of(@CurrentViewer() viewer: Viewer, @Parent() { key }: ApplicationType): Promise<StrategyWarningType[]> {
    return (await this.warnings.ofApplication(viewer, key.application)).map(toWarningType);
  }
}

@Resolver(() => CreateApplicationPayload)
export class CreatedApplicationWarningsResolver {
  constructor(@Inject(StrategyWarningReadModel) private readonly warnings: StrategyWarningReadModel) {}

  @ResolveField('warnings', () => [StrategyWarningType], { description: OF_APPLICATION })
  @RequirePermission('application:write')
  async of(@CurrentViewer() viewer: Viewer, @Parent() { application }: CreateApplicationPayload): Promise<StrategyWarningType[]> {
    return application === null ? [] : (await this.warnings.ofApplication(viewer, application.key.application)).map(toWarningType);
  }
}

@Resolver(() => UpdateApplicationPayload)
export class UpdatedApplicationWarningsResolver {
  constructor(@Inject(StrategyWarningReadModel) private readonly warnings: StrategyWarningReadModel) {}

  @ResolveField('warnings', () => [StrategyWarningType], { description: OF_APPLICATION })
  @RequirePermission('application:write')
  async of(@CurrentViewer() viewer: Viewer, @Parent() { application }: UpdateApplicationPayload): Promise<StrategyWarningType[]> {
    return application === null ? [] : (await this.warnings.ofApplication(viewer, application.key.application)).map(toWarningType);
  }
}

@Resolver(() => RolloutType)
export class RolloutWarningsResolver {
  constructor(@Inject(StrategyWarningReadModel) private readonly warnings: StrategyWarningReadModel) {}

  @ResolveField('warnings', () => [StrategyWarningType], { description: 'What of it is allowed and surely not meant; empty when it is over.' })
  @RequirePermission('rollout:read')
  async of(@CurrentViewer() viewer: Viewer, @Parent() { key, state }: RolloutType): Promise<StrategyWarningType[]> {
    return (await this.warnings.ofRollout(viewer, { id: key.id, phase: state })).map(toWarningType);
  }
}
