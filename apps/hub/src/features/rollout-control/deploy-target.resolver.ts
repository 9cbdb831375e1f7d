import { assertNever } from '#kernel';
import { REASON_ADVICE, type TargetName } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { CurrentViewer, RequirePermission, userError, type UserError, type Viewer } from '../../platform/api/index.js';
import { RolloutReadModel, toRolloutType } from '../rollouts/index.js';
import { TargetReadModel } from '../targets/index.js';
import { REASON, toControlError } from './control-failure.js';
import { DeployTarget, type DeployTargetFailure } from './deploy-target.js';
import { DeployTargetInput, RolloutPayload } from './rollout-control.graphql.js';

const MAX_TEXT = 1_000;

@Resolver()
export class DeployTargetResolver {
  constructor(
    @Inject(DeployTarget) private readonly deploy: DeployTarget,
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
    @Inject(RolloutReadModel) private readonly rollouts: RolloutReadModel,
  ) {}

  @Mutation(() => RolloutPayload, { description: 'Sends one target the release of its rollout now: ahead of its stage, gates and windows. Never past a hold, a pause or a failure budget.' })
  @RequirePermission('rollout:promote')
  async deployTarget(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which target, and why.' }) input: DeployTargetInput): Promise<RolloutPayload> {
    if (input.reason.length > MAX_TEXT) return { rollout: null, hasChanged: false, userErrors: [userError('INVALID_VALUE', ['reason'], `At most ${MAX_TEXT} characters.`)] };
    const name: TargetName = { project: input.project ?? 'default', application: input.application, cluster: input.cluster };
    const result = await this.deploy.execute(viewer, { target: await this.targets.findByName(viewer, name), reason: input.reason });
    if (!result.ok) return { rollout: null, hasChanged: false, userErrors: [toUserError(result.error, name)] };
    const [after] = await this.rollouts.findByIds(viewer, [result.value.rollout]);
    return { rollout: after === undefined ? null : toRolloutType(after), hasChanged: result.value.hasChanged, userErrors: [] };
  }
}

function toUserError(failure: DeployTargetFailure, name: TargetName): UserError {
  const target = `${name.application}@${name.cluster}`.slice(0, 160);
  const application = name.application.slice(0, 80);
  const sync = `To send it the newest release beside no rollout: capstan sync app/${application} --cluster ${name.cluster.slice(0, 80)}`;
  switch (failure.code) {
    case 'TARGET_NOT_FOUND':
      return userError(failure.code, ['application'], `There is no target ${target}.`, `Why it is not there says: capstan explain ${target}. All there are: capstan get targets`);
    case 'REASON_MISSING':
      return userError(failure.code, ['reason'], 'Say why: the reason is kept with the rollout.', REASON);
    case 'ROLLOUT_NOT_FOUND':
      return userError(failure.code, ['application'], `No rollout has ${target} in it.`, sync);
    case 'ROLLOUT_OVER':
      return userError(failure.code, ['application'], `No rollout of ${application} is under way: the newest is ${failure.phase}.`, sync);
    case 'ROLLOUT_NOT_READY':
    case 'APPROVER_IS_AUTHOR':
    case 'APPROVER_EMAIL_UNKNOWN':
    case 'AUTHORS_UNKNOWN':
      return { ...toControlError(failure), field: ['application'] };
    case 'ALREADY_AT_RELEASE':
      return userError(failure.code, ['cluster'], `${target} has the release of the rollout already.`, `See how it is there: capstan explain ${target}`);
    case 'TARGET_HELD':
      return userError(failure.code, ['cluster'], `${target} is held after a rollback.`, `Lift the hold first: capstan hold lift ${target} --reason WHY`);
    case 'CLUSTER_OFFLINE':
      return userError(failure.code, ['cluster'], `The agent of cluster ${name.cluster.slice(0, 80)} is away: it would get nothing now.`, REASON_ADVICE.CLUSTER_OFFLINE);
    case 'TARGET_BLOCKED':
      return userError(failure.code, ['cluster'], `No order can be made for ${target}: ${failure.reason}.`, REASON_ADVICE[failure.reason]);
    case 'TARGET_FAILED':
      return userError(failure.code, ['cluster'], `${target} has failed in this rollout: ${failure.reason}.`, `Try again what failed: capstan rollout retry ${application}`);
    case 'TARGET_LEFT_OUT':
      return userError(failure.code, ['cluster'], `${target} takes no part in the rollout: ${failure.reason}.`, REASON_ADVICE[failure.reason]);
    default:
      return assertNever(failure);
  }
}
