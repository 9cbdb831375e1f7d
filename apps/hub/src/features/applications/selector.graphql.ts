import type { Selector, SelectorOperator } from '#domain';
import { Field, ObjectType } from '@nestjs/graphql';
import { JsonScalar } from '../../platform/api/index.js';
import { OperatorEnum } from './selector-input.graphql.js';

@ObjectType('SelectorExpression', { description: 'One condition of a selector.' })
export class SelectorExpressionType {
  @Field(() => String, { description: 'Label key, or `facts.capstan.dev/<name>`.' }) key!: string;
  @Field(() => OperatorEnum, { description: 'How it is compared.' }) operator!: SelectorOperator;
  @Field(() => [String], { description: 'Values for In and NotIn.' }) values!: string[];
}

@ObjectType('Selector', { description: 'Which clusters.' })
export class SelectorType {
  @Field(() => Boolean, { description: 'Every cluster.' }) all!: boolean;
  @Field(() => JsonScalar, { description: 'Labels that must have exactly these values.' }) matchLabels!: unknown;
  @Field(() => [SelectorExpressionType], { description: 'Further conditions.' }) matchExpressions!: SelectorExpressionType[];
}

export function toSelectorType({ all, matchLabels, matchExpressions }: Selector): SelectorType {
  return { all, matchLabels, matchExpressions: matchExpressions.map(({ key, operator, values }) => ({ key, operator, values: [...values] })) };
}
