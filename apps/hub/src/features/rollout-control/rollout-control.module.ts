import { Module } from '@nestjs/common';
import { RolloutReadModule } from '../rollouts/index.js';
import { TargetReadModule } from '../targets/index.js';
import { ApproveGate } from './approve-gate.js';
import { ControlRollout } from './control-rollout.js';
import { DeployTarget } from './deploy-target.js';
import { DeployTargetResolver } from './deploy-target.resolver.js';
import { PromoteStage } from './promote-stage.js';
import { RolloutControlResolver } from './rollout-control.resolver.js';

/** What people may tell a rollout. */
@Module({ imports: [RolloutReadModule, TargetReadModule], providers: [ApproveGate, ControlRollout, DeployTarget, DeployTargetResolver, PromoteStage, RolloutControlResolver] })
export class RolloutControlModule {}
