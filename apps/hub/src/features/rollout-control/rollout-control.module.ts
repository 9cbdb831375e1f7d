import { Module } from '@nestjs/common';
import { RolloutReadModule } from '../rollouts/index.js';
import { ApproveGate } from './approve-gate.js';
import { ControlRollout } from './control-rollout.js';
import { PromoteStage } from './promote-stage.js';
import { RolloutControlResolver } from './rollout-control.resolver.js';

/** What people may tell a rollout. */
@Module({ imports: [RolloutReadModule], providers: [ApproveGate, ControlRollout, PromoteStage, RolloutControlResolver] })
export class RolloutControlModule {}
