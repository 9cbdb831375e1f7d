import type { HealthState, ReasonCode, RolloutTargetState, SyncState } from '#domain';
import { Field, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime } from '../../platform/api/index.js';
import { ReasonCodeEnum } from '../applications/index.js';
import { RolloutTargetStateEnum } from '../rollouts/index.js';
import { HealthStateEnum, SyncStateEnum, TargetHoldType, TargetStateEnum } from '../targets/index.js';
import type { PastTargetView } from './past-targets.read-model.js';

@ObjectType('SnapshotAssigned', { description: 'What the hub had ordered.' })
export class SnapshotAssignedType {
  @Field(() => String, { description: 'Generation of the order.' }) generation!: string;
  @Field(() => DateTime, { description: 'When it was ordered.' }) assignedAt!: Date;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly release: string; readonly rollout: string | undefined };
}

@ObjectType('SnapshotPlace', { description: 'Where a target stood in a rollout.' })
export class SnapshotPlaceType {
  @Field(() => RolloutTargetStateEnum, { description: 'Where.' }) state!: RolloutTargetState;
  @Field(() => ReasonCodeEnum, { nullable: true, description: 'Why.' }) reason!: ReasonCode | null;
  /** Not in the schema. */
  key!: { readonly rollout: string | undefined };
}

@ObjectType('TargetSnapshot', { description: 'An application on a cluster as it was at a moment. What has no past is not here: parameters, objects, drift.' })
export class TargetSnapshotType {
  @Field(() => String, { description: '`project/application@cluster`' }) name!: string;
  @Field(() => String, { description: 'Name of the application.' }) application!: string;
  @Field(() => String, { description: 'Name of the cluster.' }) cluster!: string;
  @Field(() => DateTime, { description: 'The moment.' }) at!: Date;
  @Field(() => TargetStateEnum, { description: 'Its life.' }) state!: 'ACTIVE' | 'REMOVING' | 'REMOVED';
  @Field(() => SnapshotAssignedType, { nullable: true, description: 'What the hub had ordered; null before the first order.' }) assigned!: SnapshotAssignedType | null;
  @Field(() => SyncStateEnum, { description: 'How far it was from what was assigned.' }) sync!: SyncState;
  @Field(() => HealthStateEnum, { description: 'Whether what ran worked.' }) health!: HealthState;
  @Field(() => ReasonCodeEnum, { description: 'Why it was in this state.' }) reason!: ReasonCode;
  @Field(() => String, { description: 'The reason, for people.' }) message!: string;
  @Field(() => DateTime, { nullable: true, description: 'When its agent had said something new last; null: never.' }) reportedAt!: Date | null;
  @Field(() => SnapshotPlaceType, { nullable: true, description: 'Its place in the rollout that had moved it last; null: none had.' }) place!: SnapshotPlaceType | null;
  @Field(() => TargetHoldType, { nullable: true, description: 'It kept its release; null: nothing held it.' }) hold!: TargetHoldType | null;
  @Field(() => DateTime, { description: 'When the newest change up to the moment was.' }) lastChangeAt!: Date;
  /** Not in the schema. */
  key!: { readonly target: string; readonly runs: string | undefined };
}

@ObjectType({ description: 'A page of a list of TargetSnapshot.' })
export class TargetSnapshotConnection extends connectionType('TargetSnapshot', () => TargetSnapshotType) {}

@ObjectType('ApplicationSnapshot', { description: 'Where an application was at a moment, and what of it ran there.' })
export class ApplicationSnapshotType {
  @Field(() => String, { description: 'Its name.' }) name!: string;
  @Field(() => String, { description: 'Its project.' }) project!: string;
  @Field(() => DateTime, { description: 'The moment.' }) at!: Date;
  /** Not in the schema. */
  key!: { readonly application: string };
}

@ObjectType('ClusterSnapshot', { description: 'What was on a cluster at a moment.' })
export class ClusterSnapshotType {
  @Field(() => String, { description: 'Its name.' }) name!: string;
  @Field(() => DateTime, { description: 'The moment.' }) at!: Date;
  /** Not in the schema. */
  key!: { readonly cluster: string };
}

export function toSnapshotType({ name, application, cluster, at, id, past }: PastTargetView): TargetSnapshotType {
  const { assigned, place, hold, observed } = past;
  return {
    name, application: application.name, cluster: cluster.name, at, state: past.life, sync: past.sync, health: past.health, reason: past.reason, message: past.message, lastChangeAt: past.since,
    assigned: assigned === undefined ? null : { generation: assigned.generation.toString(), assignedAt: assigned.at, key: { release: assigned.release, rollout: assigned.rollout } },
    place: place === undefined ? null : { state: place.state, reason: place.reason ?? null, key: { rollout: place.rollout } },
    hold: hold === undefined ? null : { since: hold.at, by: hold.by, reason: hold.reason },
    reportedAt: observed?.at ?? null, key: { target: id, runs: observed?.release },
  };
}
