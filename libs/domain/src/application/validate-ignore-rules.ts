import type { IgnoreRule } from '../drift/ignore-rule.js';
import { issuesUnder, type FieldIssue } from '../field-issue.js';
import { given, objectPatternIssues, objectPatternOf, type ObjectPatternInput } from './read-object-pattern.js';
import { expressionIssues, tooManyRules } from './validate-expression.js';

type Maybe<T> = T | null | undefined;

export interface IgnoreRuleInput extends ObjectPatternInput {
  readonly jsonPointers?: Maybe<readonly string[]>;
  readonly managers?: Maybe<readonly string[]>;
  readonly when?: Maybe<string>;
}

export const MAX_IGNORE_RULES = 64;
const MAX_MEMBERS = 64;

/** The ignore rules as they are stored. Pure. @param path where they stand in the input */
export function ignoreRulesOf(input: Maybe<readonly IgnoreRuleInput[]>, path: readonly string[] = ['sync', 'ignore']): { readonly value: readonly IgnoreRule[]; readonly issues: readonly FieldIssue[] } {
  const rules = input ?? [];
  const tooMany = tooManyRules(rules, MAX_IGNORE_RULES, path);
  if (tooMany !== undefined) return { value: [], issues: [tooMany] };
  const read = rules.map(ruleOf);
  return { value: read.map(({ rule }) => rule), issues: read.flatMap(({ issues }, index) => issuesUnder([...path, String(index)], issues)) };
}

function ruleOf(input: IgnoreRuleInput): { readonly rule: IgnoreRule; readonly issues: readonly FieldIssue[] } {
  const pattern = objectPatternOf(input);
  const pointers = input.jsonPointers ?? [];
  const managers = input.managers ?? [];
  const issues: FieldIssue[] = [...objectPatternIssues(pattern, [])];
  if (Object.keys(pattern).length === 0 && pointers.length === 0 && managers.length === 0) {
    issues.push({ code: 'REQUIRED', path: [], message: 'An empty rule would ignore everything: name objects, jsonPointers or managers.' });
  }
  if (pointers.length > MAX_MEMBERS || managers.length > MAX_MEMBERS) issues.push({ code: 'TOO_MANY', path: [], message: `At most ${MAX_MEMBERS} pointers and as many managers.` });
  for (const [index, pointer] of pointers.slice(0, MAX_MEMBERS).entries()) {
    if (!isPointer(pointer)) issues.push({ code: 'INVALID_VALUE', path: ['jsonPointers', String(index)], message: `${JSON.stringify(pointer.slice(0, 80))} is not a JSON pointer: it begins with "/", and "/" inside a name is "~1".` });
  }
  issues.push(...expressionIssues(input.when, 'bool', ['when']));
  return {
    rule: { ...pattern, ...(pointers.length === 0 ? {} : { jsonPointers: [...pointers] }), ...(managers.length === 0 ? {} : { managers: [...managers] }), ...given('when', input.when) },
    issues,
  };
}

/** RFC 6901; the empty pointer is the whole object, which a rule without pointers says. */
function isPointer(text: string): boolean {
  return text.startsWith('/') && text.length <= 1_000 && !/~(?![01])/.test(text);
}
