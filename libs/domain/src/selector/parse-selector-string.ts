import { err, ok, type Result } from '#kernel';
import { labelKeyProblem, labelValueProblem } from '../cluster/label-grammar.js';
import { factNameOf } from '../cluster/facts.js';
import { factSelectorValueProblem } from './validate-selector.js';
import type { Selector, SelectorExpression } from './selector.js';

export interface SelectorInvalid {
  readonly code: 'SELECTOR_INVALID';
  /** Where in the text, from 0, in UTF-16 code units. */
  readonly position: number;
  /** What stands there, at most 40 characters; empty at the end. */
  readonly text: string;
  /** What would be right, for people. */
  readonly expected: string;
}

export const MAX_SELECTOR_LENGTH = 8_192;

/**
 * Reads Kubernetes' label selector syntax: `env=prod,tier!=edge,region in (eu,us),!legacy,has`. Pure.
 * An empty text is refused: it would mean every cluster. `<` and `>` are refused: a Selector cannot say them.
 * The grammar alone: whether it may select what an application runs on is for `validateSelector`.
 */
export function parseSelectorString(input: string): Result<Selector, SelectorInvalid> {
  if (input.length > MAX_SELECTOR_LENGTH) return fail(input, 0, `at most ${MAX_SELECTOR_LENGTH} characters`);
  const labels = new Map<string, string>();
  const expressions: SelectorExpression[] = [];
  let position = 0;
  for (;;) {
    const term = readTerm(input, position);
    if (!term.ok) return term;
    const { key, operator, values } = term.value;
    const [value = ''] = values;
    if (operator !== 'Equals') expressions.push({ key, operator, values });
    else if (labels.has(key) && labels.get(key) !== value) expressions.push({ key, operator: 'In', values });
    else labels.set(key, value);
    position = skipBlanks(input, term.value.end);
    if (position >= input.length) break;
    if (input[position] !== ',') return fail(input, position, '"," or the end');
    position += 1;
  }
  return ok({ all: false, matchLabels: Object.fromEntries(labels), matchExpressions: expressions });
}

interface Term {
  readonly key: string;
  readonly operator: SelectorExpression['operator'] | 'Equals';
  readonly values: readonly string[];
  readonly end: number;
}

function readTerm(input: string, from: number): Result<Term, SelectorInvalid> {
  const start = skipBlanks(input, from);
  const isNegated = input[start] === '!';
  const key = readWord(input, isNegated ? skipBlanks(input, start + 1) : start);
  if (key.text === '') return fail(input, key.start, 'a label key');
  const problem = labelKeyProblem(key.text);
  if (problem !== undefined) return fail(input, key.start, `a label key (${problem})`);
  if (isNegated) return ok({ key: key.text, operator: 'DoesNotExist', values: [], end: key.end });

  const at = skipBlanks(input, key.end);
  const rest = input.slice(at, at + 2);
  if (rest === '==') return readValue(input, key.text, 'Equals', at + 2);
  if (rest === '!=') return readValue(input, key.text, 'NotIn', at + 2);
  if (rest.startsWith('=')) return readValue(input, key.text, 'Equals', at + 1);
  if (rest === '' || rest.startsWith(',')) return ok({ key: key.text, operator: 'Exists', values: [], end: at });
  const word = readWord(input, at);
  if (word.text === 'in') return readValues(input, key.text, 'In', word.end);
  if (word.text === 'notin') return readValues(input, key.text, 'NotIn', word.end);
  return fail(input, at, '"=", "==", "!=", "in", "notin", "," or the end');
}

function readValue(input: string, key: string, operator: Term['operator'], from: number): Result<Term, SelectorInvalid> {
  const value = readWord(input, skipBlanks(input, from));
  const problem = valueProblem(key, value.text);
  if (problem !== undefined) return fail(input, value.start, `a value (${problem})`);
  return ok({ key, operator, values: [value.text], end: value.end });
}

function readValues(input: string, key: string, operator: Term['operator'], from: number): Result<Term, SelectorInvalid> {
  const open = skipBlanks(input, from);
  if (input[open] !== '(') return fail(input, open, '"("');
  const values: string[] = [];
  let position = open;
  do {
    const value = readWord(input, skipBlanks(input, position + 1));
    const problem = valueProblem(key, value.text);
    if (problem !== undefined) return fail(input, value.start, `a value (${problem})`);
    if (!values.includes(value.text)) values.push(value.text);
    position = skipBlanks(input, value.end);
  } while (input[position] === ',');
  if (input[position] !== ')') return fail(input, position, '"," or ")"');
  return ok({ key, operator, values, end: position + 1 });
}

function valueProblem(key: string, value: string): string | undefined {
  return factNameOf(key) === undefined ? labelValueProblem(value) : factSelectorValueProblem(value);
}

function readWord(input: string, start: number): { readonly text: string; readonly start: number; readonly end: number } {
  let end = start;
  while (end < input.length && !/[\s,()=!<>]/.test(input.charAt(end))) end += 1;
  return { text: input.slice(start, end), start, end };
}

function skipBlanks(input: string, from: number): number {
  let position = from;
  while (position < input.length && /\s/.test(input.charAt(position))) position += 1;
  return position;
}

function fail(input: string, position: number, expected: string): Result<never, SelectorInvalid> {
  return err({ code: 'SELECTOR_INVALID', position, text: input.slice(position, position + 40), expected });
}
