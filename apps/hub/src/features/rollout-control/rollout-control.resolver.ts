import type { Result } from '#kernel';
import { parseGlobalId, type RolloutCommand } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { CurrentViewer, RequirePermission, userError, type Viewer } from '../../platform/api/index.js';
import { RolloutReadModel, toRolloutType, type RolloutView } from '../rollouts/index.js';
import { ApproveGate } from './approve-gate.js';
import { toControlError, type RolloutControlFailure } from './control-failure.js';
import { ControlRollout } from './control-rollout.js';
import { PromoteStage } from './promote-stage.js';
import {
  AbortRolloutInput, ApproveGateInput, PauseRolloutInput, PromoteStageInput, ResumeRolloutInput, RetryRolloutInput, RolloutPayload, type ControlRolloutInput,
} from './rollout-control.graphql.js';
import type { ToldRollout } from './told-rollout.js';

const MAX_TEXT = 1_000;

@Resolver()
export class RolloutControlResolver {
  constructor(
    @Inject(RolloutReadModel) private readonly rollouts: RolloutReadModel,
    @Inject(ControlRollout) private readonly control: ControlRollout,
    @Inject(PromoteStage) private readonly promote: PromoteStage,
    @Inject(ApproveGate) private readonly approve: ApproveGate,
  ) {}

  @Mutation(() => RolloutPayload, { description: 'Assigns nothing more until it is resumed. What is under way goes on.' })
  @RequirePermission('rollout:control')
  pauseRollout(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which rollout.' }) input: PauseRolloutInput): Promise<RolloutPayload> {
    return this.#tell(viewer, 'PAUSE', input);
  }

  @Mutation(() => RolloutPayload, { description: 'Goes on with a paused rollout.' })
  @RequirePermission('rollout:control')
  resumeRollout(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which rollout.' }) input: ResumeRolloutInput): Promise<RolloutPayload> {
    return this.#tell(viewer, 'RESUME', input);
  }

  @Mutation(() => RolloutPayload, { description: 'Ends a rollout where it stands; what was assigned stays so. To go back, use rollback.' })
  @RequirePermission('rollout:control')
  abortRollout(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which rollout.' }) input: AbortRolloutInput): Promise<RolloutPayload> {
    return this.#tell(viewer, 'ABORT', input);
  }

  @Mutation(() => RolloutPayload, { description: 'Tries targets and gates again that failed; a halted rollout goes on.' })
  @RequirePermission('rollout:control')
  retryRollout(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which rollout.' }) input: RetryRolloutInput): Promise<RolloutPayload> {
    return this.#tell(viewer, 'RETRY', input);
  }

  @Mutation(() => RolloutPayload, { description: 'Lets the stage at which a rollout stands pass its gates, its soak, and targets that are away or held.' })
  @RequirePermission('rollout:promote')
  async promoteStage(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which rollout, and why.' }) input: PromoteStageInput): Promise<RolloutPayload> {
    if (input.reason.length > MAX_TEXT) return tooLong('reason');
    return this.#answer(viewer, await this.promote.execute(viewer, { rollout: await this.#find(viewer, input.rollout), reason: input.reason }));
  }

  @Mutation(() => RolloutPayload, { description: 'Says yes to a gate that waits for people.' })
  @RequirePermission('rollout:approve')
  async approveGate(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which gate.' }) input: ApproveGateInput): Promise<RolloutPayload> {
    const comment = input.comment ?? '';
    if (comment.length > MAX_TEXT) return tooLong('comment');
    return this.#answer(viewer, await this.approve.execute(viewer, { rollout: await this.#find(viewer, input.rollout), stage: input.stage, gate: input.gate, comment }));
  }

  async #tell(viewer: Viewer, command: RolloutCommand, input: ControlRolloutInput): Promise<RolloutPayload> {
    const reason = input.reason ?? '';
    if (reason.length > MAX_TEXT) return tooLong('reason');
    return this.#answer(viewer, await this.control.execute(viewer, { rollout: await this.#find(viewer, input.rollout), command, reason }));
  }

  async #find(viewer: Viewer, id: string): Promise<RolloutView | undefined> {
    const key = parseGlobalId('Rollout', id);
    const [found] = key === undefined ? [] : await this.rollouts.findByIds(viewer, [key]);
    return found;
  }

  async #answer(viewer: Viewer, result: Result<ToldRollout, RolloutControlFailure>): Promise<RolloutPayload> {
    if (!result.ok) return { rollout: null, hasChanged: false, userErrors: [toControlError(result.error)] };
    const [after] = await this.rollouts.findByIds(viewer, [result.value.rollout]);
    return { rollout: after === undefined ? null : toRolloutType(after), hasChanged: result.value.hasChanged, userErrors: [] };
  }
}

function tooLong(field: string): RolloutPayload {
  return { rollout: null, hasChanged: false, userErrors: [userError('INVALID_VALUE', [field], `At most ${MAX_TEXT} characters.`)] };
}
