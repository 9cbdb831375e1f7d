import { assertNever } from '#kernel';
import type { Selector, SelectorExpression } from './selector.js';

/**
 * A selector as people write it in filters; sorted labels first, then the expressions in their order. `parseSelectorString` reads it
 * back, except for `*`, which stands for `all: true`: Kubernetes' syntax has no word for that.
 */
export function formatSelector(selector: Selector): string {
  const labels = Object.entries(selector.matchLabels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return [...(selector.all ? ['*'] : []), ...labels, ...selector.matchExpressions.map(formatExpression)].join(',');
}

/** One expression as people write it. */
export function formatExpression({ key, operator, values }: SelectorExpression): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values.join('')}` : `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return assertNever(operator);
  }
}
