import { FACT_KEY_PREFIX, factNameOf, isFactName, MAX_FACT_LENGTH } from '../cluster/facts.js';
import { labelKeyProblem, labelValueProblem } from '../cluster/label-grammar.js';
import { isReservedLabelKey } from '../cluster/validate-labels.js';
import type { FieldIssue } from '../field-issue.js';
import type { Selector, SelectorExpression } from './selector.js';

export const MAX_SELECTOR_TERMS = 64;
export const MAX_SELECTOR_VALUES = 256;

/**
 * Everything that keeps a selector from choosing clusters; empty when it may. Beyond Kubernetes' grammar:
 * an empty one is refused (`all: true` says it), and facts only narrow: a cluster reports its own facts, so a selector
 * by facts alone would let a compromised agent claim its way to an application and to the credentials behind it.
 */
export function validateSelector(selector: Selector): readonly FieldIssue[] {
  const labelKeys = Object.keys(selector.matchLabels);
  const keys = [...labelKeys, ...selector.matchExpressions.map((expression) => expression.key)];
  if (keys.length > MAX_SELECTOR_TERMS) return [{ code: 'TOO_MANY', path: [], message: `A selector has at most ${MAX_SELECTOR_TERMS} terms.` }];
  if (keys.length === 0 && !selector.all) {
    return [{ code: 'SELECTOR_EMPTY', path: [], message: 'The selector says nothing.', hint: 'Write `all: true` to select every cluster.' }];
  }
  const issues = [
    ...Object.entries(selector.matchLabels).flatMap(([key, value]) => [...keyIssues(key, ['matchLabels', key]), ...valueIssues(key, value, ['matchLabels', key])]),
    ...selector.matchExpressions.flatMap((expression, index) => expressionIssues(expression, ['matchExpressions', String(index)])),
  ];
  if (issues.length > 0) return issues;
  const hasFacts = keys.some((key) => factNameOf(key) !== undefined);
  const hasLabels = keys.some((key) => factNameOf(key) === undefined);
  if (selector.all && hasLabels) {
    return [{ code: 'SELECTOR_ALL_WITH_LABELS', path: ['all'], message: '`all: true` contradicts the label terms beside it.', hint: 'Keep one of the two.' }];
  }
  if (hasFacts && !hasLabels && !selector.all) {
    return [{ code: 'SELECTOR_FACTS_ALONE', path: [], message: 'Facts only narrow what labels select.', hint: 'Add a label term, or `all: true`.' }];
  }
  return [];
}

/** What is wrong with a value that a fact is compared with. Versions such as `v1.36.3+k3s1` are no label values, hence wider. */
export function factSelectorValueProblem(value: string): string | undefined {
  return value.length <= MAX_FACT_LENGTH && !/[\s,()=!<>]|\p{Cc}/u.test(value) ? undefined : `up to ${MAX_FACT_LENGTH} characters without blanks, ",", "(", ")", "=", "!", "<" and ">"`;
}

function expressionIssues(expression: SelectorExpression, path: readonly string[]): readonly FieldIssue[] {
  const { key, operator, values } = expression;
  const issues = [...keyIssues(key, [...path, 'key'])];
  const isSet = operator === 'In' || operator === 'NotIn';
  if (isSet && values.length === 0) issues.push({ code: 'SELECTOR_INVALID', path: [...path, 'values'], message: `${operator} needs at least one value.` });
  if (!isSet && values.length > 0) issues.push({ code: 'SELECTOR_INVALID', path: [...path, 'values'], message: `${operator} takes no values.` });
  if (values.length > MAX_SELECTOR_VALUES) return [...issues, { code: 'TOO_MANY', path: [...path, 'values'], message: `At most ${MAX_SELECTOR_VALUES} values.` }];
  return [...issues, ...values.flatMap((value, index) => valueIssues(key, value, [...path, 'values', String(index)]))];
}

function keyIssues(key: string, path: readonly string[]): readonly FieldIssue[] {
  const quoted = JSON.stringify(key.slice(0, 80));
  const problem = labelKeyProblem(key);
  if (problem !== undefined) return [{ code: 'LABEL_KEY_INVALID', path, message: `Key ${quoted}: ${problem}.` }];
  const fact = factNameOf(key);
  if (fact !== undefined) return isFactName(fact) ? [] : [{ code: 'FACT_NAME_INVALID', path, message: `Key ${quoted} names no fact.` }];
  if (!isReservedLabelKey(key)) return [];
  return [{ code: 'LABEL_RESERVED', path, message: `Key ${quoted}: no cluster has labels under capstan.dev.`, hint: `Facts are named ${FACT_KEY_PREFIX}<name>.` }];
}

function valueIssues(key: string, value: string, path: readonly string[]): readonly FieldIssue[] {
  const problem = factNameOf(key) === undefined ? labelValueProblem(value) : factSelectorValueProblem(value);
  return problem === undefined ? [] : [{ code: 'LABEL_VALUE_INVALID', path, message: `Value ${JSON.stringify(value.slice(0, 80))}: ${problem}.` }];
}
