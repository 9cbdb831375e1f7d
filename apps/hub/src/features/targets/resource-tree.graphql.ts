import type { HealthState, ResourceTree } from '#domain';
import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { DateTime } from '../../platform/api/index.js';
import { HealthStateEnum, ObjectRefType, toRefType } from './targets.graphql.js';

@ObjectType('PodState', { description: 'What a pod says of its containers.' })
export class PodStateType {
  @Field(() => Int, { description: 'Containers that are ready.' }) ready!: number;
  @Field(() => Int, { description: 'Containers in all, without those that only prepare it.' }) total!: number;
  @Field(() => Int, { description: 'How often containers were started again.' }) restarts!: number;
  @Field(() => [String], { description: 'Names of its containers, for `podLogs`; those that only prepare it come last.' }) containers!: string[];
}

@ObjectType('ResourceNode', { description: 'One object in the tree of a target.' })
export class ResourceNodeType {
  @Field(() => ID, { description: 'Unique in this tree.' }) id!: string;
  @Field(() => ID, { nullable: true, description: 'The node that owns it, which comes before it; null: an object of the inventory.' }) parentId!: string | null;
  @Field(() => ObjectRefType, { description: 'Which object.' }) object!: ObjectRefType;
  @Field(() => String, { nullable: true, description: 'Its UID; null: not there.' }) uid!: string | null;
  @Field(() => HealthStateEnum, { description: 'Whether it works.' }) health!: HealthState;
  @Field(() => String, { description: 'The health, for people.' }) healthMessage!: string;
  @Field(() => DateTime, { nullable: true, description: 'When it was created; null where the tree does not tell.' }) createdAt!: Date | null;
  @Field(() => String, { description: 'One or two words, as kubectl says it: `2/3 ready`, `Running`, `CrashLoopBackOff`.' }) status!: string;
  @Field(() => PodStateType, { nullable: true, description: 'Of a pod.' }) pod!: PodStateType | null;
}

@ObjectType('UnreadKind', { description: 'Objects that may be missing from a tree.' })
export class UnreadKindType {
  @Field(() => String, { description: 'API group; empty for the core.' }) group!: string;
  @Field(() => String, { description: 'Kind.' }) kind!: string;
  @Field(() => String, { description: 'Namespace.' }) namespace!: string;
  @Field(() => String, { description: 'Why, such as FORBIDDEN: the agent may not read them.' }) reason!: string;
}

@ObjectType('ResourceTree', { description: 'What a target consists of now, down to its pods, as a list in which parents come before their children.' })
export class ResourceTreeType {
  @Field(() => [ResourceNodeType], { description: 'The objects, at most 1,000.' }) nodes!: ResourceNodeType[];
  @Field(() => Boolean, { description: 'There are more than are told.' }) isTruncated!: boolean;
  @Field(() => [UnreadKindType], { description: 'What could not be read: the tree may lack it.' }) unread!: UnreadKindType[];
}

export function toResourceTreeType({ nodes, isTruncated, unread }: ResourceTree): ResourceTreeType {
  return {
    nodes: nodes.map((node) => ({
      id: node.id, parentId: node.parentId ?? null, object: toRefType(node.ref), uid: node.uid ?? null, health: node.health, healthMessage: node.healthMessage,
      createdAt: node.createdAt === undefined ? null : new Date(node.createdAt), status: node.status, pod: node.pod === undefined ? null : { ...node.pod, containers: [...node.pod.containers] },
    })),
    isTruncated,
    unread: unread.map((kind) => ({ ...kind })),
  };
}
