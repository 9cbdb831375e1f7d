import type { HealthState } from '#domain';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { JsonScalar } from '../../platform/api/index.js';
import { HealthStateEnum } from './targets.graphql.js';

@ObjectType('ObjectEvent', { description: 'A Kubernetes event about an object.' })
export class ObjectEventType {
  @Field(() => String, { description: 'Normal or Warning.' }) type!: string;
  @Field(() => String, { description: 'Reason.' }) reason!: string;
  @Field(() => String, { description: 'Message.' }) message!: string;
  @Field(() => Int, { description: 'How often.' }) count!: number;
  @Field(() => String, { description: 'When it was last seen, as the cluster says it.' }) lastSeen!: string;
}

@ObjectType('DescribedObject', { description: 'One object as its cluster has it now; what is secret is masked by the agent.' })
export class DescribedObjectType {
  @Field(() => JsonScalar, { description: 'The object.' }) object!: unknown;
  @Field(() => HealthStateEnum, { description: 'Whether it works.' }) health!: HealthState;
  @Field(() => String, { description: 'The health, for people.' }) healthMessage!: string;
  @Field(() => [ObjectEventType], { description: 'Events, newest first, at most 50.' }) events!: ObjectEventType[];
}
