import {
  formatGlobalId, PLACEMENT_REASONS, ROLLOUT_CAUSES, ROLLOUT_HURDLES, ROLLOUT_STATES, ROLLOUT_TARGET_STATES, ROLLOUT_WAITS, type FailurePolicy, type PlacementReason, type ReasonCode, type RolloutCause,
  type RolloutHurdle, type RolloutId, type RolloutPhase, type RolloutStrategyKind, type RolloutTargetState, type RolloutWait,
} from '#domain';
import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, graphqlEnum, LabelSelector, MutationInput, MutationPayload, NodeType } from '../../platform/api/index.js';
import { ApplicationType, FailurePolicyEnum, ReasonCodeEnum, StrategyEnum } from '../applications/index.js';
import type { RolloutTargetView, RolloutView } from './rollouts.read-model.js';

const CAUSE_MEANING: Readonly<Record<RolloutCause, string>> = {
  RELEASE: 'A new release.', SYNC: 'A person asked for it.', LATE_MATCH: 'Clusters that came to match later.', PARAMETERS: 'Labels or facts changed parameters.', POLICY: 'What orders say beside the release changed.',
  CATCH_UP: 'Clusters that were away during the last one.', ROLLBACK: 'Targets go back to a release that they have run.', PARTIAL: 'A person sent the newest release to some clusters only.',
};
const PHASE_MEANING: Readonly<Record<RolloutPhase, string>> = {
  PENDING: 'Waits for `syncApplication`, or for the rollout before it: see `waitsFor`.', RUNNING: 'Moves targets.', PAUSED: 'Assigns nothing more until it is resumed.', ROLLING_BACK: 'Takes back what it moved.', ROLLED_BACK: 'Everything that could go back has.', SUCCEEDED: 'Every target is healthy.', FAILED: 'It has ended, and at least one target failed.',
  HALTED: 'Stopped by a failure budget or a gate.', SUPERSEDED: 'Gave way to a newer one.', ABORTED: 'Stopped.',
};
const TARGET_MEANING: Readonly<Record<RolloutTargetState, string>> = {
  PENDING: 'Not assigned yet.', MOVING: 'Assigned; its agent is at work.', HEALTHY: 'Done.', FAILED: 'It could not be done.', SKIPPED: 'Does not take part, for its reason.',
  REVERTING: 'Goes back to what it ran before.', REVERTED: 'Has gone back.', REVERT_FAILED: 'Could not go back.',
};

const WAIT_MEANING: Readonly<Record<RolloutWait, string>> = { SYNC: 'A person, who runs `syncApplication`.', ROLLOUT: 'The end of the rollout before it.' };
const HURDLE_MEANING: Readonly<Record<RolloutHurdle['kind'], string>> = {
  SYNC: 'A person, who runs `syncApplication`.', ROLLOUT: 'The rollout before it.', PAUSED: 'A person, who resumes it.', HALTED: 'A person: too many failed.', TARGETS: 'Targets that move.',
  CLUSTERS_AWAY: 'Clusters that are not connected.', HELD: 'A hold after a rollback.', SOAK: 'Time, in which all must stay healthy.', APPROVAL: 'People who say yes.', WINDOW: 'The right time.', MAINTENANCE: 'The maintenance windows of clusters.', METRIC: 'Measurements.', JOB: 'A Job in clusters.', VALIDATOR: 'A validator of the project.',
  DEPENDENCE: 'Another application.', REVERTING: 'Targets that go back.',
};
const PLACEMENT_MEANING: Readonly<Record<PlacementReason, string>> = {
  MATCHED: 'It is the first stage that selects its cluster.', SPILLED: 'An earlier stage selects its cluster too, and was full.', NO_STAGE: 'No stage takes it.', JOINED_LATE: 'It came to match while the rollout ran.',
};

const RolloutCauseEnum = graphqlEnum('RolloutCause', 'Why a rollout was made.', ROLLOUT_CAUSES, (cause) => CAUSE_MEANING[cause]);
const RolloutStateEnum = graphqlEnum('RolloutState', 'Where a rollout stands.', ROLLOUT_STATES, (phase) => PHASE_MEANING[phase]);
const RolloutWaitEnum = graphqlEnum('RolloutWait', 'What a rollout waits for before it begins.', ROLLOUT_WAITS, (wait) => WAIT_MEANING[wait]);
const PlacementReasonEnum = graphqlEnum('PlacementReason', 'Why a target is in its stage.', PLACEMENT_REASONS, (reason) => PLACEMENT_MEANING[reason]);
const RolloutHurdleEnum = graphqlEnum('RolloutHurdleKind', 'What a rollout waits for.', ROLLOUT_HURDLES, (kind) => HURDLE_MEANING[kind]);
export const RolloutTargetStateEnum = graphqlEnum('RolloutTargetState', 'Where a target stands in a rollout.', ROLLOUT_TARGET_STATES, (state) => TARGET_MEANING[state]);

@ObjectType('RolloutTarget', { description: 'A target in a rollout.' })
export class RolloutTargetType {
  @Field(() => String, { description: 'Name of its stage.' }) stage!: string;
  @Field(() => RolloutTargetStateEnum, { description: 'Where it stands.' }) state!: RolloutTargetState;
  @Field(() => ReasonCodeEnum, { nullable: true, description: 'Why.' }) reason!: ReasonCode | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was assigned.' }) startedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was done or failed.' }) finishedAt!: Date | null;
  @Field(() => PlacementReasonEnum, { nullable: true, description: 'Why it is in this stage; null in rollouts of earlier versions.' }) placement!: PlacementReason | null;
  @Field(() => DateTime, { nullable: true, description: 'When a person sent it ahead of its stage.' }) namedAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'Who did.' }) namedBy!: string | null;
  @Field(() => String, { nullable: true, description: 'Why.' }) namedReason!: string | null;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly target: string; readonly fromRelease: string | undefined; readonly toRelease: string };
}

@ObjectType('RolloutHurdle', { description: 'One thing that a rollout waits for now.' })
export class RolloutHurdleType {
  @Field(() => RolloutHurdleEnum, { description: 'What kind.' }) kind!: RolloutHurdle['kind'];
  @Field(() => String, { nullable: true, description: 'Name of the stage; null: not of one.' }) stage!: string | null;
  @Field(() => String, { nullable: true, description: 'Name of the gate.' }) gate!: string | null;
  @Field(() => String, { description: 'What it is, and the way on.' }) message!: string;
  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself, or is given up.' }) until!: Date | null;
}

export function toHurdleType(hurdle: RolloutHurdle): RolloutHurdleType {
  return { ...hurdle, stage: hurdle.stage ?? null, gate: hurdle.gate ?? null, until: hurdle.until ?? null };
}

@ObjectType('Rollout', { implements: () => [NodeType], description: 'The movement of one release over targets of an application.' })
export class RolloutType extends NodeType {
  @Field(() => Int, { description: 'From 1 for each application.' }) number!: number;
  @Field(() => RolloutCauseEnum, { description: 'Why it was made.' }) cause!: RolloutCause;
  @Field(() => RolloutStateEnum, { description: 'Where it stands.' }) state!: RolloutPhase;
  @Field(() => StrategyEnum, { description: 'How it moves.' }) strategy!: RolloutStrategyKind;
  @Field(() => RolloutWaitEnum, { nullable: true, description: 'What it waits for while it is PENDING.' }) waitsFor!: RolloutWait | null;
  @Field(() => FailurePolicyEnum, { description: 'What happens when too many targets fail.' }) onFailure!: FailurePolicy;
  @Field(() => String, { nullable: true, description: 'Why it was paused, halted, taken back or aborted.' }) reason!: string | null;
  @Field(() => DateTime, { description: 'When it was made.' }) createdAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When it was let run.' }) startedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When it ended.' }) finishedAt!: Date | null;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly id: RolloutId; readonly release: string };
}

@ObjectType({ description: 'A page of a list of Rollout.' })
export class RolloutConnection extends connectionType('Rollout', () => RolloutType) {}

@InputType({ description: 'Lets what waits run, or tries the newest release again; or sends that to some clusters only.' })
export class SyncApplicationInput extends MutationInput {
  @Field(() => String, { nullable: true, defaultValue: 'default', description: 'Name of the project.' }) project?: string | null;
  @Field(() => String, { description: 'Name of the application.' }) name!: string;
  @Field(() => [String], { nullable: true, description: 'To these clusters only, by name, at most 500; what waits for a go-ahead for all goes on waiting.' }) clusters?: string[] | null;
  @Field(() => LabelSelector, { nullable: true, description: 'To clusters with these labels only; with `clusters`, to those of them that have them.' }) clusterSelector?: string | null;
}

@ObjectType({ description: 'What was set in motion.' })
export class SyncApplicationPayload extends MutationPayload {
  @Field(() => ApplicationType, { nullable: true, description: 'The application; null when refused.' }) application!: ApplicationType | null;
  @Field(() => RolloutType, { nullable: true, description: 'The rollout; null when refused.' }) rollout!: RolloutType | null;
}

export function toRolloutType(view: RolloutView): RolloutType {
  return {
    id: formatGlobalId('Rollout', view.id), number: view.number, cause: view.cause, state: view.phase, strategy: view.strategy, waitsFor: view.waitsFor ?? null, onFailure: view.onFailure, reason: view.reason ?? null, createdAt: view.createdAt,
    startedAt: view.startedAt ?? null, finishedAt: view.finishedAt ?? null, key: { id: view.id, release: view.release },
  };
}

export function toRolloutTargetType(view: RolloutTargetView): RolloutTargetType {
  return {
    stage: view.stage, state: view.state, reason: view.reason ?? null, startedAt: view.startedAt ?? null, finishedAt: view.finishedAt ?? null,
    placement: view.placement ?? null, namedAt: view.named?.at ?? null, namedBy: view.named?.by ?? null, namedReason: view.named?.reason ?? null, key: { target: view.target, fromRelease: view.fromRelease, toRelease: view.toRelease },
  };
}
