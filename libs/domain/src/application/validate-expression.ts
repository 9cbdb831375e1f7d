import { checkCel } from '../cel/check-cel.js';
import type { FieldIssue } from '../field-issue.js';

/** Characters of all rules of one list together: orders carry them, and compiling them must not hold up a hub. */
export const MAX_RULES_LENGTH = 32_768;
/** Characters of one CEL expression. */
export const MAX_EXPRESSION_LENGTH = 4_000;

/** A list of rules that is longer than rules may be, or has more of them. Asked before anything of it is compiled. */
export function tooManyRules(rules: readonly object[], most: number, path: readonly string[]): FieldIssue | undefined {
  if (rules.length > most) return { code: 'TOO_MANY', path, message: `At most ${most} rules.` };
  return JSON.stringify(rules).length > MAX_RULES_LENGTH ? { code: 'TOO_LARGE', path, message: `At most ${MAX_RULES_LENGTH} characters in all rules together.` } : undefined;
}

/** What is wrong with an expression, by compiling it: nothing is evaluated. Absent is fine. Pure. */
export function expressionIssues(expression: string | null | undefined, result: 'bool' | 'string', path: readonly string[]): readonly FieldIssue[] {
  if (expression === null || expression === undefined) return [];
  if (expression.length > MAX_EXPRESSION_LENGTH) return [{ code: 'TOO_LARGE', path, message: `At most ${MAX_EXPRESSION_LENGTH} characters.` }];
  if (expression.trim() === '') return [{ code: 'REQUIRED', path, message: 'The expression is empty: leave it out, or say it in CEL over `object`.' }];
  const problem = checkCel(expression, result);
  if (problem === undefined) return [];
  const { line, column, cause } = problem;
  return [{ code: 'EXPRESSION_INVALID', path, message: `Line ${line}, column ${column}: ${cause}.`, hint: 'It is CEL over `object`, the live object: object.status.phase == "Ready". A field that may be missing is asked for with has().' }];
}
