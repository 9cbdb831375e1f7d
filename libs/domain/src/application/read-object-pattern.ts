import type { FieldIssue } from '../field-issue.js';
import type { ObjectPattern } from './object-pattern.js';

type Maybe<T> = T | null | undefined;

export interface ObjectPatternInput {
  readonly group?: Maybe<string>;
  readonly kind?: Maybe<string>;
  readonly namespace?: Maybe<string>;
  readonly name?: Maybe<string>;
}

const MAX_LENGTH = 253;

/** The members that were given; null is absent. Pure. */
export function objectPatternOf(input: Maybe<ObjectPatternInput>): ObjectPattern {
  const { group, kind, namespace, name } = input ?? {};
  return { ...given('group', group), ...given('kind', kind), ...given('namespace', namespace), ...given('name', name) };
}

export function objectPatternIssues(pattern: ObjectPattern, path: readonly string[]): readonly FieldIssue[] {
  return Object.entries(pattern).flatMap(([member, text]: [string, string]): FieldIssue[] => {
    if (text === '' && member !== 'group') return [{ code: 'INVALID_VALUE', path: [...path, member], message: `${member} is empty: leave it out to match every one.` }];
    return text.length > MAX_LENGTH ? [{ code: 'TOO_LARGE', path: [...path, member], message: `At most ${MAX_LENGTH} characters.` }] : [];
  });
}

/** A member that was given, or nothing. */
export function given<K extends string, T>(key: K, value: Maybe<T>): { readonly [P in K]?: T } {
  return value === null || value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: T });
}
