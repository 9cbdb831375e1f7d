import type { FieldIssue, SelectorInput } from '#domain';
import type { SelectorSpecInput } from './selector-input.graphql.js';

/** A selector as the domain judges it; what is no object of texts is added to the issues. */
export function selectorIn(input: SelectorSpecInput, path: readonly string[], issues: FieldIssue[]): SelectorInput {
  const matchLabels = input.matchLabels ?? {};
  const isRead = isTexts(matchLabels);
  if (!isRead) issues.push({ code: 'SELECTOR_INVALID', path: [...path, 'matchLabels'], message: 'matchLabels is an object of texts.' });
  return { all: input.all, matchLabels: isRead ? matchLabels : {}, matchExpressions: input.matchExpressions };
}

function isTexts(value: unknown): value is { readonly [key: string]: string } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((member) => typeof member === 'string');
}
