import type { ApplicationId, ProjectId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { CurrentViewer, RequirePermission, userError, type UserError, type Viewer } from '../../platform/api/index.js';
import { ApplicationReadModel } from '../applications/index.js';
import { ProjectReadModel } from '../projects/index.js';
import { RolloutReadModel, toRolloutType } from '../rollouts/index.js';
import { TargetReadModel, toTargetType } from '../targets/index.js';
import { LiftHold } from './lift-hold.js';
import { RollBack } from './roll-back.js';
import { toRollbackError } from './rollback-failure.js';
import { LiftHoldInput, LiftHoldPayload, RollbackInput, RollbackPayload } from './rollbacks.graphql.js';

const MAX_TEXT = 1_000;
const MAX_SHOWN = 200;

interface Scope {
  readonly project: ProjectId;
  readonly application: ApplicationId | undefined;
  readonly cluster: string | undefined;
}

@Resolver()
export class RollbacksResolver {
  constructor(
    @Inject(RollBack) private readonly back: RollBack,
    @Inject(LiftHold) private readonly lift: LiftHold,
    @Inject(ApplicationReadModel) private readonly applications: ApplicationReadModel,
    @Inject(ProjectReadModel) private readonly projects: ProjectReadModel,
    @Inject(RolloutReadModel) private readonly rollouts: RolloutReadModel,
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
  ) {}

  @Mutation(() => RollbackPayload, { description: 'Sends targets back to a release that they have run, at once, and holds them there.' })
  @RequirePermission('rollout:rollback')
  async rollback(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What goes back, and why.' }) input: RollbackInput): Promise<RollbackPayload> {
    const issue = issueOf(input) ?? narrowingIssueOf(input) ?? revertIssueOf(input);
    if (issue !== undefined) return { rollouts: [], staying: [], waitingForGit: [], userErrors: [issue] };
    const scope = await this.#scope(viewer, input);
    const result = await this.back.execute(viewer, { scope: scope && { ...scope, stage: input.stage ?? undefined, release: input.release ?? undefined }, reason: input.reason, mayWaitForGit: input.waitForGit === true, revert: input.mode === 'REVERT' ? (input.revert?.as ?? 'COMMIT') : undefined });
    if (!result.ok) return { rollouts: [], staying: [], waitingForGit: [], userErrors: [toRollbackError(result.error, input)] };
    const rollouts = await this.rollouts.findByIds(viewer, result.value.rollouts);
    return { rollouts: rollouts.flatMap((rollout) => (rollout === undefined ? [] : [toRolloutType(rollout)])), staying: [...result.value.staying], waitingForGit: [...result.value.waitingForGit], userErrors: [] };
  }

  @Mutation(() => LiftHoldPayload, { description: 'Lets held targets follow their application again.' })
  @RequirePermission('rollout:rollback')
  async liftHold(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What shall follow again, and why.' }) input: LiftHoldInput): Promise<LiftHoldPayload> {
    const issue = issueOf(input);
    if (issue !== undefined) return { targets: [], userErrors: [issue] };
    const result = await this.lift.execute(viewer, { scope: await this.#scope(viewer, input), reason: input.reason });
    if (!result.ok) return { targets: [], userErrors: [toRollbackError(result.error, input)] };
    const targets = await this.targets.findByIds(viewer, result.value.slice(0, MAX_SHOWN));
    return { targets: targets.flatMap((target) => (target === undefined ? [] : [toTargetType(target)])), userErrors: [] };
  }

  async #scope(viewer: Viewer, input: RollbackInput | LiftHoldInput): Promise<Scope | undefined> {
    const name = input.project ?? 'default';
    const cluster = input.cluster ?? undefined;
    if (typeof input.application === 'string') {
      const application = await this.applications.findByName(viewer, name, input.application);
      return application && { project: application.project, application: application.id, cluster };
    }
    const project = await this.projects.findByName(viewer, name);
    return project && { project: project.id, application: undefined, cluster };
  }
}

function issueOf({ application, cluster, all, reason }: RollbackInput | LiftHoldInput): UserError | undefined {
  if (reason.length > MAX_TEXT) return userError('INVALID_VALUE', ['reason'], `At most ${MAX_TEXT} characters.`);
  const isNarrow = typeof application === 'string' || typeof cluster === 'string';
  return isNarrow || all === true ? undefined : userError('INVALID_VALUE', ['application'], 'Name an application or a cluster, or say `all: true` to mean everything in the project.');
}

function narrowingIssueOf({ application, stage, release }: RollbackInput): UserError | undefined {
  if (typeof application === 'string') return undefined;
  if (typeof stage === 'string') return userError('INVALID_VALUE', ['application'], 'Stages belong to an application: name it.');
  return typeof release === 'number' ? userError('INVALID_VALUE', ['application'], 'Numbers of releases belong to an application: name it.') : undefined;
}

function revertIssueOf({ mode, revert }: RollbackInput): UserError | undefined {
  return revert === undefined || revert === null || mode === 'REVERT' ? undefined : userError('INVALID_VALUE', ['revert'], 'Say `mode: REVERT` as well: without it Git is left alone.');
}
