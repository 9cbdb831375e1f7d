import { formatGlobalId, HEALTH_STATES, REASON_ADVICE, SYNC_STATES, TARGET_CHANGE_KINDS, type DriftedObject, type HealthState, type ObjectRef, type ReasonCode, type SyncState, type TargetChangeKind } from '#domain';
import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, GitSha, graphqlEnum, JsonScalar, MutationInput, MutationPayload, NodeType } from '../../platform/api/index.js';
import { ReasonCodeEnum, RemovalModeEnum } from '../applications/index.js';
import { TARGET_STATES, type TargetRowState, type TargetView } from './target-view.js';
import type { TransitionView } from './targets.read-model.js';

const SYNC_MEANING: Readonly<Record<SyncState, string>> = {
  PENDING: 'The agent has not answered the newest order yet.', APPLYING: 'The agent is at work.', SYNCED: 'The cluster is as Git says.', DRIFTED: 'Something in the cluster differs from what was applied.',
  KEPT_LAST_GOOD: 'The newest order could not be carried out; what ran before still runs.', AWAITING_APPROVAL: 'A prune or removal waits for a person.', FAILED: 'It could not be carried out, and nothing ran before.',
  REMOVING: 'On its way out.', REMOVED: 'Gone.', ORPHANED: 'The agent holds it, and this hub does not know it.',
};
const HEALTH_MEANING: Readonly<Record<HealthState, string>> = {
  HEALTHY: 'What runs works.', SUSPENDED: 'Paused on purpose.', PROGRESSING: 'On its way to being healthy.', MISSING: 'Objects are gone.', DEGRADED: 'Something does not work.', UNKNOWN: 'Not known.',
};
const CHANGE_MEANING: Readonly<Record<TargetChangeKind, string>> = {
  CREATED: 'It began to be there, for the first time or again.', ASSIGNED: 'It was given a release.', REISSUED: 'The same order was signed anew.', BLOCKED: 'An order could not be made; what it had goes on.',
  UNBLOCKED: 'What blocked it is mended, and no new order was needed.', ROLLOUT: 'Its place in a rollout moved.', OBSERVED: 'Its agent said something new.', REFUSED: 'Its agent did not take the order.',
  HELD: 'It keeps its release.', HOLD_LIFTED: 'It follows its application again.', FACTS_DIFFER: 'The facts of its cluster no longer match the selector.', FACTS_AGREE: 'They match again.',
  TOMBSTONED: 'It is to be removed.', REMOVED: 'It is gone.',
};
const STATE_MEANING: Readonly<Record<TargetRowState, string>> = { ACTIVE: 'It shall run.', REMOVING: 'A tombstone is under way.', REMOVED: 'It is gone.' };

export const SyncStateEnum = graphqlEnum('SyncState', 'How far a target is from what is assigned.', SYNC_STATES, (state) => SYNC_MEANING[state]);
export const HealthStateEnum = graphqlEnum('HealthState', 'Whether what runs works.', HEALTH_STATES, (state) => HEALTH_MEANING[state]);
export const TargetStateEnum = graphqlEnum('TargetState', 'The life of a target.', TARGET_STATES, (state) => STATE_MEANING[state]);
export const TargetChangeKindEnum = graphqlEnum('TargetChangeKind', 'What happened to a target.', TARGET_CHANGE_KINDS, (kind) => CHANGE_MEANING[kind]);
const DriftKindEnum = graphqlEnum<DriftedObject['kind']>('DriftKind', 'How an object differs.', ['CHANGED', 'DELETED'], (kind) => (kind === 'CHANGED' ? 'Fields were changed.' : 'It is gone.'));

@ObjectType('ObjectRef', { description: 'Which Kubernetes object; the version of its API is no part of what it is.' })
export class ObjectRefType {
  @Field(() => String, { description: 'API group; empty for the core.' }) group!: string;
  @Field(() => String, { description: 'Kind.' }) kind!: string;
  @Field(() => String, { description: 'Namespace; empty for objects of the cluster.' }) namespace!: string;
  @Field(() => String, { description: 'Name.' }) name!: string;
}

@InputType({ description: 'Which Kubernetes object.' })
export class ObjectRefInput {
  @Field(() => String, { defaultValue: '', description: 'API group; empty for the core.' }) group!: string;
  @Field(() => String, { description: 'Kind.' }) kind!: string;
  @Field(() => String, { defaultValue: '', description: 'Namespace; empty for objects of the cluster.' }) namespace!: string;
  @Field(() => String, { description: 'Name.' }) name!: string;
}

@ObjectType('ObjectHealth', { description: 'An object that is not healthy.' })
export class ObjectHealthType {
  @Field(() => ObjectRefType, { description: 'Which.' }) object!: ObjectRefType;
  @Field(() => HealthStateEnum, { description: 'How it is.' }) health!: HealthState;
  @Field(() => String, { description: 'Why, for people.' }) message!: string;
}

@ObjectType('FieldChange', { description: 'A declared field that says something else in the cluster. Its values are JSON; what is secret was masked by the agent. They need the permission `object:describe`, as the object itself does.' })
export class FieldChangeType {
  @Field(() => String, { description: 'Path of the field.' }) path!: string;
  @Field(() => String, { nullable: true, description: 'Field manager that holds it now; null: nobody does.' }) manager!: string | null;
  @Field(() => String, { nullable: true, description: 'What was applied, as JSON; null: nothing, or not for you to see.' }) expected!: string | null;
  @Field(() => String, { nullable: true, description: 'What is there, as JSON; null: nothing, or not for you to see.' }) live!: string | null;
  @Field(() => Boolean, { description: 'The values are not for you to see: they need the permission `object:describe`.' }) isHidden!: boolean;
  @Field(() => Boolean, { description: 'Something in the values was masked: they are secret.' }) isMasked!: boolean;
  @Field(() => Boolean, { description: 'A value was cut: at most 1 KiB of each is shown, 8 KiB of an object, 64 KiB of a target.' }) isTruncated!: boolean;
}

@ObjectType('DriftedObject', { description: 'An object that differs from what was applied, or did when it was last healed.' })
export class DriftedObjectType {
  @Field(() => ObjectRefType, { description: 'Which.' }) object!: ObjectRefType;
  @Field(() => DriftKindEnum, { description: 'How.' }) kind!: DriftedObject['kind'];
  @Field(() => [String], { description: 'Field managers that did it; empty when unknown.' }) managers!: string[];
  @Field(() => [String], { description: 'Paths of the changed fields, at most 20.' }) fields!: string[];
  @Field(() => [FieldChangeType], { description: 'The same fields with their values; empty from an older agent.' }) changes!: FieldChangeType[];
  @Field(() => DateTime, { nullable: true, description: 'When the agent put it back; null: it differs now.' }) healedAt!: Date | null;
}

@ObjectType('PendingRemoval', { description: 'A prune or removal that waits for a person.' })
export class PendingRemovalType {
  @Field(() => String, { description: 'Digest of exactly this plan, for `approvePrune`.' }) digest!: string;
  @Field(() => Int, { description: 'How many objects.' }) total!: number;
  @Field(() => [ObjectRefType], { description: 'The objects, at most 100.' }) objects!: ObjectRefType[];
}

@ObjectType('AssignedTarget', { description: 'What the hub has ordered.' })
export class AssignedTargetType {
  @Field(() => JsonScalar, { description: 'Final values.' }) parameters!: unknown;
  @Field(() => String, { description: 'Generation of the order.' }) generation!: string;
  @Field(() => DateTime, { description: 'When it was ordered.' }) assignedAt!: Date;
  /** Not in the schema. */
  releaseId!: string;
}

@ObjectType('ObservedTarget', { description: 'What the agent has said last.' })
export class ObservedTargetType {
  @Field(() => GitSha, { nullable: true, description: 'The commit that runs.' }) commit!: string | null;
  @Field(() => String, { nullable: true, description: 'Digest of the rendered objects.' }) renderDigest!: string | null;
  @Field(() => SyncStateEnum, { description: 'How it saw itself then, whatever order that was about.' }) sync!: SyncState;
  @Field(() => HealthStateEnum, { description: 'Whether what ran worked.' }) health!: HealthState;
  @Field(() => String, { description: 'The health, for people.' }) healthMessage!: string;
  @Field(() => Int, { description: 'Objects that it owns.' }) objectCount!: number;
  @Field(() => Int, { description: 'How often drift was healed since it was ordered.' }) healedCount!: number;
  @Field(() => [ObjectHealthType], { description: 'Objects that are not healthy, worst first, at most 50.' }) unhealthy!: ObjectHealthType[];
  @Field(() => [DriftedObjectType], { description: 'Drift that is there, or was last healed; at most 50.' }) drift!: DriftedObjectType[];
  @Field(() => PendingRemovalType, { nullable: true, description: 'What waits for `approvePrune`.' }) pendingRemoval!: PendingRemovalType | null;
  @Field(() => DateTime, { nullable: true, description: 'When the agent saw this, by its clock.' }) observedAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When the hub heard it.' }) reportedAt!: Date | null;
  /** Not in the schema. */
  releaseId!: string | undefined;
}

@ObjectType('Removal', { description: 'The order to remove a target.' })
export class RemovalType {
  @Field(() => RemovalModeEnum, { description: 'What becomes of its objects.' }) mode!: 'DELETE' | 'ORPHAN';
  @Field(() => String, { description: 'SELECTOR, APPLICATION_DELETED or CLUSTER_REMOVED.' }) cause!: string;
  @Field(() => DateTime, { description: 'When it was ordered.' }) requestedAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When the agent was done.' }) acknowledgedAt!: Date | null;
}

@ObjectType('TargetHold', { description: 'A target that keeps its release after a rollback, until liftHold.' })
export class TargetHoldType {
  @Field(() => DateTime, { description: 'Since when.' }) since!: Date;
  @Field(() => String, { description: 'Who holds it; `capstan` for a rollout that went back by itself.' }) by!: string;
  @Field(() => String, { description: 'Why.' }) reason!: string;
}

@ObjectType('TargetTransition', { description: 'One step in the life of a target.' })
export class TargetTransitionType {
  @Field(() => DateTime, { description: 'When.' }) at!: Date;
  @Field(() => TargetChangeKindEnum, { description: 'What happened.' }) kind!: TargetChangeKind;
  @Field(() => String, { description: 'Generation of the order that it is about.' }) generation!: string;
  @Field(() => SyncStateEnum, { nullable: true, description: 'Sync state after it.' }) sync!: SyncState | null;
  @Field(() => HealthStateEnum, { nullable: true, description: 'Health after it.' }) health!: HealthState | null;
  @Field(() => ReasonCodeEnum, { nullable: true, description: 'Why.' }) reason!: ReasonCode | null;
  @Field(() => String, { nullable: true, description: 'The reason, for people; of ROLLOUT where it stands there, of TOMBSTONED what becomes of its objects.' }) message!: string | null;
  @Field(() => String, { nullable: true, description: 'The cause of the rollout or of the removal; null: neither, or not noted by an earlier version.' }) cause!: string | null;
  @Field(() => String, { nullable: true, description: 'Who held it, or let it go; `capstan` for a rollout that went back by itself.' }) by!: string | null;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly release: string | undefined; readonly rollout: string | undefined };
}

@ObjectType('Target', { implements: () => [NodeType], description: 'One application on one cluster: what is assigned and what is observed.' })
export class TargetType extends NodeType {
  @Field(() => String, { description: '`project/application@cluster`' }) name!: string;
  @Field(() => TargetStateEnum, { description: 'Its life.' }) state!: TargetRowState;
  @Field(() => AssignedTargetType, { nullable: true, description: 'What the hub has ordered; null before the first order.' }) assigned!: AssignedTargetType | null;
  @Field(() => ObservedTargetType, { description: 'What the agent has said last.' }) observed!: ObservedTargetType;
  @Field(() => SyncStateEnum, { description: 'How far it is from what is assigned, by everything that the hub knows.' }) sync!: SyncState;
  @Field(() => HealthStateEnum, { description: 'Whether what runs works.' }) health!: HealthState;
  @Field(() => ReasonCodeEnum, { description: 'Why it is in this state.' }) reason!: ReasonCode;
  @Field(() => String, { description: 'The reason, for people.' }) message!: string;
  @Field(() => String, { description: 'What to do about it.' }) advice!: string;
  @Field(() => DateTime, { description: 'Since when.' }) since!: Date;
  @Field(() => String, { description: 'Generation of the order that its agent shall hold; 0 before the first.' }) generation!: string;
  @Field(() => Boolean, { description: 'Nothing more happens unless a person, Git or the cluster moves.' }) isSettled!: boolean;
  @Field(() => Boolean, { description: 'It runs what is assigned, and its newest rollout has ended.' }) isSynced!: boolean;
  @Field(() => Boolean, { description: 'Synced, and what runs works.' }) isHealthy!: boolean;
  @Field(() => RemovalType, { nullable: true, description: 'The order to remove it, if one was given.' }) removal!: RemovalType | null;
  @Field(() => TargetHoldType, { nullable: true, description: 'Keeps its release until a person lifts it; null: nothing does.' }) hold!: TargetHoldType | null;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly id: string; readonly application: string; readonly cluster: string };
}

@ObjectType({ description: 'A page of a list of Target.' })
export class TargetConnection extends connectionType('Target', () => TargetType) {}

@ObjectType('TargetCounts', { description: 'How many targets are in which state; removed ones do not count.' })
export class TargetCountsType {
  @Field(() => Int, { description: 'All.' }) total!: number;
  @Field(() => Int, { description: 'SYNCED.' }) synced!: number;
  @Field(() => Int, { description: 'DRIFTED.' }) drifted!: number;
  @Field(() => Int, { description: 'PENDING or APPLYING.' }) pending!: number;
  @Field(() => Int, { description: 'FAILED.' }) failed!: number;
  @Field(() => Int, { description: 'KEPT_LAST_GOOD.' }) keptLastGood!: number;
  @Field(() => Int, { description: 'AWAITING_APPROVAL.' }) awaitingApproval!: number;
  @Field(() => Int, { description: 'HEALTHY.' }) healthy!: number;
  @Field(() => Int, { description: 'DEGRADED.' }) degraded!: number;
  @Field(() => Int, { description: 'PROGRESSING.' }) progressing!: number;
}

@InputType({ description: 'Which sync states.' })
export class SyncStateFilter {
  @Field(() => SyncStateEnum, { nullable: true, description: 'Exactly this one.' }) eq?: SyncState | null;
  @Field(() => [SyncStateEnum], { nullable: true, description: 'One of these.' }) in?: SyncState[] | null;
}
@InputType({ description: 'Which health states.' })
export class HealthStateFilter {
  @Field(() => HealthStateEnum, { nullable: true, description: 'Exactly this one.' }) eq?: HealthState | null;
  @Field(() => [HealthStateEnum], { nullable: true, description: 'One of these.' }) in?: HealthState[] | null;
}
@InputType('TargetFilter', { description: 'Which targets: all of it must hold.' })
export class TargetFilterInput {
  @Field(() => SyncStateFilter, { nullable: true, description: 'By sync state. Removed targets appear only when asked for.' }) sync?: SyncStateFilter | null;
  @Field(() => HealthStateFilter, { nullable: true, description: 'By health.' }) health?: HealthStateFilter | null;
}

@InputType({ description: 'Approves exactly the plan that was looked at.' })
export class ApprovePruneInput extends MutationInput {
  @Field(() => String, { description: '`project/application@cluster`; without a project: `default`.' }) target!: string;
  @Field(() => String, { description: 'Digest of the plan, as `observed.pendingRemoval` shows it.' }) digest!: string;
}
@ObjectType({ description: 'The target whose plan was approved.' })
export class ApprovePrunePayload extends MutationPayload {
  @Field(() => TargetType, { nullable: true, description: 'The target; null when refused.' }) target!: TargetType | null;
}

export function toTargetType(view: TargetView): TargetType {
  const { observed, assigned, removal, hold } = view;
  return {
    id: formatGlobalId('Target', view.id), name: view.name, state: view.state, sync: view.sync, health: view.health, reason: view.reason, message: view.message,
    advice: REASON_ADVICE[view.reason], since: view.since, generation: view.generation.toString(), isSettled: view.isSettled, isSynced: view.isSynced, isHealthy: view.isHealthy,
    assigned: assigned === undefined ? null : { parameters: assigned.parameters, generation: assigned.generation.toString(), assignedAt: assigned.at, releaseId: assigned.release },
    removal: removal === undefined ? null : { mode: removal.mode, cause: removal.cause, requestedAt: removal.requestedAt, acknowledgedAt: removal.acknowledgedAt ?? null },
    hold: hold === undefined ? null : { since: hold.at, by: hold.by, reason: hold.reason },
    observed: {
      commit: observed.commit === undefined || observed.commit === '' ? null : observed.commit, renderDigest: observed.renderDigest ?? null, sync: observed.sync, health: observed.health,
      healthMessage: observed.healthMessage, objectCount: observed.objectCount, healedCount: observed.healedCount,
      unhealthy: observed.unhealthy.map(({ ref, health, message }) => ({ object: toRefType(ref), health, message })),
      drift: observed.drifted.map(toDriftType),
      pendingRemoval: observed.pendingRemoval === undefined ? null : { ...observed.pendingRemoval, objects: observed.pendingRemoval.objects.map(toRefType) },
      observedAt: observed.observedAt ?? null, reportedAt: observed.reportedAt ?? null, releaseId: observed.release,
    },
    key: { id: view.id, application: view.application, cluster: view.cluster },
  };
}

export function toTransitionType(view: TransitionView): TargetTransitionType {
  return {
    at: view.at, kind: view.kind, generation: view.generation.toString(), sync: view.sync ?? null, health: view.health ?? null, reason: view.reason ?? null,
    message: view.message ?? null, cause: view.cause ?? null, by: view.actor ?? null, key: { release: view.release, rollout: view.rollout },
  };
}

function toDriftType({ ref, kind, managers, fields, changes, healedAt }: DriftedObject): DriftedObjectType {
  return {
    object: toRefType(ref), kind, managers: [...managers], fields: [...fields], healedAt: healedAt ?? null,
    changes: changes.map((change) => ({ ...change, isHidden: true, manager: change.manager ?? null, expected: change.expected ?? null, live: change.live ?? null })),
  };
}

export function toRefType({ group, kind, namespace, name }: ObjectRef): ObjectRefType {
  return { group, kind, namespace, name };
}
