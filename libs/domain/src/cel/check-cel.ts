import { Environment } from '@marcbachmann/cel-js';
import { CEL_LANGUAGE, CEL_VARIABLE } from './cel-language.js';

/** Where and why an expression cannot work. Line and column count from 1. */
export interface CelProblem {
  readonly line: number;
  readonly column: number;
  readonly cause: string;
}

/**
 * Compiles an expression and evaluates nothing: syntax, unknown names and functions, and the type of the result as far as it shows.
 * Bounded by the limits of the language and the length of the text. Pure.
 *
 * @param result what the expression has to give
 */
export function checkCel(expression: string, result: 'bool' | 'string'): CelProblem | undefined {
  const checked = LANGUAGE.check(expression);
  const { error } = checked;
  if (error !== undefined) return { ...placeOf(expression, error.range?.start ?? 0), cause: error.summary };
  if (checked.type === result || checked.type === 'dyn') return undefined;
  return { line: 1, column: 1, cause: `it gives ${checked.type ?? 'nothing'}, and ${result === 'bool' ? 'a truth value' : 'a text'} is wanted` };
}

const LANGUAGE = new Environment(CEL_LANGUAGE).registerVariable(CEL_VARIABLE, 'dyn');

function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
