import {
  formatGlobalId, ROLLOUT_CAUSES, ROLLOUT_STATES, ROLLOUT_TARGET_STATES, STAGE_STATES, type ReasonCode, type RolloutCause, type RolloutPhase, type RolloutTargetState, type StageState,
} from '#domain';
import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, graphqlEnum, MutationInput, MutationPayload, NodeType } from '../../platform/api/index.js';
import { ApplicationType, ReasonCodeEnum, StrategyEnum } from '../applications/index.js';
import type { RolloutTargetView, RolloutView, StageView } from './rollouts.read-model.js';

const CAUSE_MEANING: Readonly<Record<RolloutCause, string>> = {
  RELEASE: 'A new release.', SYNC: 'A person asked for it.', LATE_MATCH: 'Clusters that came to match later.', PARAMETERS: 'Labels or facts changed parameters.', POLICY: 'What orders say beside the release changed.',
};
const PHASE_MEANING: Readonly<Record<RolloutPhase, string>> = {
  PENDING: 'Waits for `syncApplication`.', RUNNING: 'Moves targets.', SUCCEEDED: 'Every target is healthy.', FAILED: 'It has ended, and at least one target failed.',
  HALTED: 'Stopped by a failure budget.', SUPERSEDED: 'Gave way to a newer one.', ABORTED: 'Stopped.',
};
const TARGET_MEANING: Readonly<Record<RolloutTargetState, string>> = {
  PENDING: 'Not assigned yet.', MOVING: 'Assigned; its agent is at work.', HEALTHY: 'Done.', FAILED: 'It could not be done.', SKIPPED: 'No longer takes part.',
};
const STAGE_MEANING: Readonly<Record<StageState, string>> = { PENDING: 'Not open yet.', OPEN: 'Its targets move.', CLOSED: 'Done.' };

const RolloutCauseEnum = graphqlEnum('RolloutCause', 'Why a rollout was made.', ROLLOUT_CAUSES, (cause) => CAUSE_MEANING[cause]);
const RolloutStateEnum = graphqlEnum('RolloutState', 'Where a rollout stands.', ROLLOUT_STATES, (phase) => PHASE_MEANING[phase]);
const RolloutTargetStateEnum = graphqlEnum('RolloutTargetState', 'Where a target stands in a rollout.', ROLLOUT_TARGET_STATES, (state) => TARGET_MEANING[state]);
const StageStateEnum = graphqlEnum('StageState', 'Where a stage stands.', STAGE_STATES, (state) => STAGE_MEANING[state]);

@ObjectType('StageCounts', { description: 'How many targets of a stage are in which state.' })
export class StageCountsType {
  @Field(() => Int, { description: 'Not assigned yet.' }) pending!: number;
  @Field(() => Int, { description: 'At work.' }) moving!: number;
  @Field(() => Int, { description: 'Done.' }) healthy!: number;
  @Field(() => Int, { description: 'Failed.' }) failed!: number;
  @Field(() => Int, { description: 'No longer taking part.' }) skipped!: number;
}

@ObjectType('Stage', { description: 'A group of targets of a rollout that moves together.' })
export class StageType {
  @Field(() => String, { description: 'Its name.' }) name!: string;
  @Field(() => Int, { description: 'Its place, from 0.' }) ordinal!: number;
  @Field(() => StageStateEnum, { description: 'Where it stands.' }) state!: StageState;
  @Field(() => Int, { nullable: true, description: 'How many targets move at once; null: all.' }) maxConcurrency!: number | null;
  @Field(() => Int, { nullable: true, description: 'How many may fail before the rollout halts; null: all.' }) failureBudget!: number | null;
  @Field(() => StageCountsType, { description: 'How its targets are.' }) counts!: StageCountsType;
  @Field(() => DateTime, { nullable: true, description: 'When it opened.' }) openedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it closed.' }) closedAt!: Date | null;
}

@ObjectType('RolloutTarget', { description: 'A target in a rollout.' })
export class RolloutTargetType {
  @Field(() => String, { description: 'Name of its stage.' }) stage!: string;
  @Field(() => RolloutTargetStateEnum, { description: 'Where it stands.' }) state!: RolloutTargetState;
  @Field(() => ReasonCodeEnum, { nullable: true, description: 'Why.' }) reason!: ReasonCode | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was assigned.' }) startedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was done or failed.' }) finishedAt!: Date | null;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly target: string; readonly fromRelease: string | undefined };
}

@ObjectType('Rollout', { implements: () => [NodeType], description: 'The movement of one release over targets of an application.' })
export class RolloutType extends NodeType {
  @Field(() => Int, { description: 'From 1 for each application.' }) number!: number;
  @Field(() => RolloutCauseEnum, { description: 'Why it was made.' }) cause!: RolloutCause;
  @Field(() => RolloutStateEnum, { description: 'Where it stands.' }) state!: RolloutPhase;
  @Field(() => StrategyEnum, { description: 'How it moves.' }) strategy!: 'ALL_AT_ONCE';
  @Field(() => DateTime, { description: 'When it was made.' }) createdAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When it was let run.' }) startedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it ended.' }) finishedAt!: Date | null;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly id: string; readonly release: string };
}

@ObjectType({ description: 'A page of a list of Rollout.' })
export class RolloutConnection extends connectionType('Rollout', () => RolloutType) {}

@InputType({ description: 'Lets what waits run, or tries the newest release again.' })
export class SyncApplicationInput extends MutationInput {
  @Field(() => String, { nullable: true, defaultValue: 'default', description: 'Name of the project.' }) project?: string | null;
  @Field(() => String, { description: 'Name of the application.' }) name!: string;
}

@ObjectType({ description: 'What was set in motion.' })
export class SyncApplicationPayload extends MutationPayload {
  @Field(() => ApplicationType, { nullable: true, description: 'The application; null when refused.' }) application!: ApplicationType | null;
  @Field(() => RolloutType, { nullable: true, description: 'The rollout; null when refused.' }) rollout!: RolloutType | null;
}

export function toRolloutType(view: RolloutView): RolloutType {
  return {
    id: formatGlobalId('Rollout', view.id), number: view.number, cause: view.cause, state: view.phase, strategy: view.strategy, createdAt: view.createdAt,
    startedAt: view.startedAt ?? null, finishedAt: view.finishedAt ?? null, key: { id: view.id, release: view.release },
  };
}

export function toStageType(view: StageView): StageType {
  const { name, ordinal, state, counts } = view;
  return {
    name, ordinal, state, counts, maxConcurrency: view.maxConcurrency ?? null, failureBudget: view.failureBudget ?? null, openedAt: view.openedAt ?? null, closedAt: view.closedAt ?? null,
  };
}

export function toRolloutTargetType(view: RolloutTargetView): RolloutTargetType {
  return {
    stage: view.stage, state: view.state, reason: view.reason ?? null, startedAt: view.startedAt ?? null, finishedAt: view.finishedAt ?? null,
    key: { target: view.target, fromRelease: view.fromRelease },
  };
}
