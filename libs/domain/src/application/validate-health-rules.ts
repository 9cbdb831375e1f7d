import type { FieldIssue } from '../field-issue.js';
import type { HealthRule } from '../health/health-rule.js';
import { expressionIssues, tooManyRules } from './validate-expression.js';
import { given } from './read-object-pattern.js';

type Maybe<T> = T | null | undefined;

export interface HealthRuleInput {
  readonly group?: Maybe<string>;
  readonly kind?: Maybe<string>;
  readonly healthy?: Maybe<string>;
  readonly progressing?: Maybe<string>;
  readonly degraded?: Maybe<string>;
  readonly suspended?: Maybe<string>;
  readonly message?: Maybe<string>;
}

export const MAX_HEALTH_RULES = 64;
const EXPRESSIONS = ['healthy', 'progressing', 'degraded', 'suspended', 'message'] as const;

/** The health rules as they are stored. Pure. */
export function healthRulesOf(input: Maybe<readonly HealthRuleInput[]>): { readonly value: readonly HealthRule[]; readonly issues: readonly FieldIssue[] } {
  const rules = input ?? [];
  const tooMany = tooManyRules(rules, MAX_HEALTH_RULES, ['health']);
  if (tooMany !== undefined) return { value: [], issues: [tooMany] };
  const read = rules.map((rule, index) => ruleOf(rule, ['health', String(index)]));
  return { value: read.map(({ rule }) => rule), issues: read.flatMap(({ issues }) => issues) };
}

function ruleOf(input: HealthRuleInput, path: readonly string[]): { readonly rule: HealthRule; readonly issues: readonly FieldIssue[] } {
  const kind = input.kind ?? '';
  const issues: FieldIssue[] = [];
  if (kind === '') issues.push({ code: 'REQUIRED', path: [...path, 'kind'], message: 'Name the kind that the rule is for.' });
  const { healthy, progressing, degraded, suspended, message } = input;
  const rule = {
    group: input.group ?? '', kind, ...given('healthy', healthy), ...given('progressing', progressing), ...given('degraded', degraded), ...given('suspended', suspended), ...given('message', message),
  };
  if (healthy === null || healthy === undefined) issues.push({ code: 'REQUIRED', path: [...path, 'healthy'], message: 'Say in CEL when an object is healthy: without that it never would be.' });
  for (const name of EXPRESSIONS) issues.push(...expressionIssues(rule[name], name === 'message' ? 'string' : 'bool', [...path, name]));
  return { rule, issues };
}
