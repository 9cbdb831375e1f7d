export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

export interface SelectorExpression {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** A label selector as Kubernetes writes it. `all: true` is the only way to say "every cluster"; an empty one is refused. */
export interface Selector {
  readonly all: boolean;
  readonly matchLabels: { readonly [key: string]: string };
  readonly matchExpressions: readonly SelectorExpression[];
}
