import type { JsonObject } from '#kernel';
import type { Selector } from './selector.js';

/** A selector as it is stored and put into digests, member by member. */
export function selectorJson({ all, matchLabels, matchExpressions }: Selector): JsonObject {
  return { all, matchLabels, matchExpressions: matchExpressions.map((expression) => ({ ...expression })) };
}
