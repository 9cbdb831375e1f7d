import type { SelectorOperator } from '#domain';
import { Field, InputType } from '@nestjs/graphql';
import { graphqlEnum, JsonScalar } from '../../platform/api/index.js';

export const OperatorEnum = graphqlEnum<SelectorOperator>('SelectorOperator', 'How a selector compares a label, as in Kubernetes.', ['In', 'NotIn', 'Exists', 'DoesNotExist'], (value) =>
  ({ In: 'The label has one of the values.', NotIn: 'The label has none of the values, or is absent.', Exists: 'The label is there.', DoesNotExist: 'The label is absent.' })[value],
);

@InputType({ description: 'One condition of a selector.' })
export class SelectorExpressionInput {
  @Field(() => String, { description: 'Label key, or `facts.capstan.dev/<name>`.' }) key!: string;
  @Field(() => OperatorEnum, { description: 'How it is compared.' }) operator!: SelectorOperator;
  @Field(() => [String], { nullable: true, description: 'Values for In and NotIn.' }) values?: string[] | null;
}

@InputType({ description: 'Which clusters. An empty one is refused: `all: true` says every cluster.' })
export class SelectorSpecInput {
  @Field(() => Boolean, { nullable: true, description: 'Every cluster.' }) all?: boolean | null;
  @Field(() => JsonScalar, { nullable: true, description: 'Labels that must have exactly these values: an object of texts.' }) matchLabels?: unknown;
  @Field(() => [SelectorExpressionInput], { nullable: true, description: 'Further conditions; all must hold.' }) matchExpressions?: SelectorExpressionInput[] | null;
}
