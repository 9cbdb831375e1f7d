import { Field, InputType } from '@nestjs/graphql';
import { SelectorSpecInput } from './selector-input.graphql.js';

@InputType({ description: 'Which objects; an absent member matches everything.' })
export class ObjectPatternInput {
  @Field(() => String, { nullable: true, description: 'API group; empty for the core group.' }) group?: string | null;
  @Field(() => String, { nullable: true, description: 'Kind.' }) kind?: string | null;
  @Field(() => String, { nullable: true, description: 'Namespace.' }) namespace?: string | null;
  @Field(() => String, { nullable: true, description: 'Name.' }) name?: string | null;
}

@InputType({ description: 'A change put on rendered objects before they are applied.' })
export class PatchInput {
  @Field(() => ObjectPatternInput, { description: 'Which objects.' }) target!: ObjectPatternInput;
  @Field(() => String, { description: 'YAML: a strategic merge patch, or a JSON patch; templates as in parameters.' }) patch!: string;
  @Field(() => SelectorSpecInput, { nullable: true, description: 'Clusters that get it; absent: all.' }) clusters?: SelectorSpecInput | null;
}

@InputType({ description: 'How the health of a kind is told, in CEL over `object`. Asked in the order suspended, degraded, progressing, healthy.' })
export class HealthRuleInput {
  @Field(() => String, { nullable: true, description: 'API group; absent or empty: the core group.' }) group?: string | null;
  @Field(() => String, { description: 'Kind.' }) kind!: string;
  @Field(() => String, { description: 'True: healthy.' }) healthy!: string;
  @Field(() => String, { nullable: true, description: 'True: on its way.' }) progressing?: string | null;
  @Field(() => String, { nullable: true, description: 'True: somebody has to look.' }) degraded?: string | null;
  @Field(() => String, { nullable: true, description: 'True: told to wait.' }) suspended?: string | null;
  @Field(() => String, { nullable: true, description: 'A text for people; absent: what the conditions say.' }) message?: string | null;
}

@InputType({ description: 'Differences that are not drift. Without pointers and managers the whole object is left alone.' })
export class IgnoreRuleInput extends ObjectPatternInput {
  @Field(() => [String], { nullable: true, description: 'JSON pointers: `/spec/replicas`.' }) jsonPointers?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Field managers whose fields are theirs.' }) managers?: string[] | null;
  @Field(() => String, { nullable: true, description: 'CEL over `object`, the live one: where it is not true the rule does not hold.' }) when?: string | null;
}
