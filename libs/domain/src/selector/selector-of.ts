import type { Selector, SelectorOperator } from './selector.js';

type Maybe<T> = T | null | undefined;

/** A selector as people write it. */
export interface SelectorInput {
  readonly all?: Maybe<boolean>;
  readonly matchLabels?: Maybe<{ readonly [key: string]: string }>;
  readonly matchExpressions?: Maybe<readonly { readonly key: string; readonly operator: SelectorOperator; readonly values?: Maybe<readonly string[]> }[]>;
}

/** A complete selector from what was written; `validateSelector` judges it. */
export function selectorOf(input: Maybe<SelectorInput>): Selector {
  return {
    all: input?.all ?? false,
    matchLabels: { ...input?.matchLabels },
    matchExpressions: (input?.matchExpressions ?? []).map(({ key, operator, values }) => ({ key, operator, values: [...(values ?? [])] })),
  };
}
