import { assertNever } from '#kernel';
import { parseTargetName } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { CurrentViewer, RequirePermission, userError, type UserError, type Viewer } from '../../platform/api/index.js';
import { ConfirmFactMismatch, type ConfirmFactMismatchFailure } from './confirm-fact-mismatch.js';
import { ConfirmFactMismatchInput, ConfirmFactMismatchPayload } from './fact-mismatch.graphql.js';
import { TargetType, toTargetType } from './targets.graphql.js';
import { TargetReadModel } from './targets.read-model.js';

const MAX_NAME = 200;

@Resolver(() => TargetType)
export class FactMismatchResolver {
  constructor(
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
    @Inject(ConfirmFactMismatch) private readonly confirm: ConfirmFactMismatch,
  ) {}

  @Mutation(() => ConfirmFactMismatchPayload, { description: 'Removes a target that shows FACT_MISMATCH: DELETE if the application prunes, else ORPHAN.' })
  @RequirePermission('application:write')
  async confirmFactMismatch(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'What to confirm.' }) input: ConfirmFactMismatchInput,
  ): Promise<ConfirmFactMismatchPayload> {
    const name = parseTargetName(input.target);
    const target = name && (await this.targets.findByName(viewer, name));
    const result = await this.confirm.execute(viewer, { target, name: input.target.slice(0, MAX_NAME) });
    if (!result.ok) return { target: null, userErrors: [toUserError(result.error)] };
    const [confirmed] = await this.targets.findByIds(viewer, [result.value]);
    return { target: confirmed === undefined ? null : toTargetType(confirmed), userErrors: [] };
  }
}

function toUserError(failure: ConfirmFactMismatchFailure): UserError {
  switch (failure.code) {
    case 'TARGET_NOT_FOUND':
      return userError(failure.code, ['target'], 'No such target.', 'See which there are: capstan get targets');
    case 'NOTHING_TO_CONFIRM':
      return userError(failure.code, ['target'], `The facts are not what keeps ${failure.name} from matching.`);
    default:
      return assertNever(failure);
  }
}
