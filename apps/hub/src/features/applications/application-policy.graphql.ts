import type { HealthRule, IgnoreRule, ObjectPattern, PatchSpec } from '#domain';
import { Field, ObjectType } from '@nestjs/graphql';
import { SelectorType, toSelectorType } from './selector.graphql.js';

@ObjectType('ObjectPattern', { description: 'Which objects; null matches everything.' })
export class ObjectPatternType {
  @Field(() => String, { nullable: true, description: 'API group; empty for the core group.' }) group!: string | null;
  @Field(() => String, { nullable: true, description: 'Kind.' }) kind!: string | null;
  @Field(() => String, { nullable: true, description: 'Namespace.' }) namespace!: string | null;
  @Field(() => String, { nullable: true, description: 'Name.' }) name!: string | null;
}

@ObjectType('Patch', { description: 'A change put on rendered objects before they are applied.' })
export class PatchType {
  @Field(() => ObjectPatternType, { description: 'Which objects.' }) target!: ObjectPatternType;
  @Field(() => String, { description: 'YAML: a strategic merge patch, or a JSON patch.' }) patch!: string;
  @Field(() => SelectorType, { nullable: true, description: 'Clusters that get it; null: all.' }) clusters!: SelectorType | null;
}

@ObjectType('HealthRule', { description: 'How the health of a kind is told, in CEL over `object`.' })
export class HealthRuleType {
  @Field(() => String, { description: 'API group; empty for the core group.' }) group!: string;
  @Field(() => String, { description: 'Kind.' }) kind!: string;
  @Field(() => String, { nullable: true, description: 'True: healthy.' }) healthy!: string | null;
  @Field(() => String, { nullable: true, description: 'True: on its way.' }) progressing!: string | null;
  @Field(() => String, { nullable: true, description: 'True: somebody has to look.' }) degraded!: string | null;
  @Field(() => String, { nullable: true, description: 'True: told to wait.' }) suspended!: string | null;
  @Field(() => String, { nullable: true, description: 'A text for people.' }) message!: string | null;
}

@ObjectType('IgnoreRule', { description: 'Differences that are not drift. Without pointers and managers the whole object is left alone.' })
export class IgnoreRuleType extends ObjectPatternType {
  @Field(() => [String], { description: 'JSON pointers.' }) jsonPointers!: string[];
  @Field(() => [String], { description: 'Field managers whose fields are theirs.' }) managers!: string[];
  @Field(() => String, { nullable: true, description: 'CEL over `object`, the live one; null: always.' }) when!: string | null;
}

export function toPatchType({ target, patch, clusters }: PatchSpec): PatchType {
  return { target: toPatternType(target), patch, clusters: clusters === undefined ? null : toSelectorType(clusters) };
}

export function toHealthRuleType({ group, kind, healthy, progressing, degraded, suspended, message }: HealthRule): HealthRuleType {
  return { group, kind, healthy: healthy ?? null, progressing: progressing ?? null, degraded: degraded ?? null, suspended: suspended ?? null, message: message ?? null };
}

export function toIgnoreRuleType({ jsonPointers, managers, when, ...objects }: IgnoreRule): IgnoreRuleType {
  return { ...toPatternType(objects), jsonPointers: [...(jsonPointers ?? [])], managers: [...(managers ?? [])], when: when ?? null };
}

function toPatternType({ group, kind, namespace, name }: ObjectPattern): ObjectPatternType {
  return { group: group ?? null, kind: kind ?? null, namespace: namespace ?? null, name: name ?? null };
}
