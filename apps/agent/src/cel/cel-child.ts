/**
 * The program that evaluates CEL, in a process of its own: it answers one request after the other on its channel and is killed when one
 * takes too much. Stands alone and has no syntax beyond types, so that Node runs it as it is, from the sources too.
 */
import { Environment } from '@marcbachmann/cel-js';
import { Script } from 'node:vm';

interface Setup {
  readonly language: object;
  readonly variables: readonly string[];
  /** After this the process ends itself, for it may have no parent left to do it. */
  readonly hardLimitMs: number;
}
interface Request {
  readonly expressions: readonly string[];
  /** The variables as JSON. */
  readonly json: string;
}

const MAX_COMPILED = 500;
const MAX_TEXT = 1_000;

const setup: Setup = JSON.parse(process.argv[2] ?? '{}');
const environment = new Environment(setup.language);
for (const name of setup.variables) environment.registerVariable(name, 'dyn');
const compiled = new Map<string, (variables: object) => unknown>();
const guarded = new Script('globalThis.evaluateNext()');

process.on('message', (request: Request) => {
  const variables = toCel(JSON.parse(request.json));
  request.expressions.forEach((expression, index) => process.send?.({ index, ...outcomeOf(expression, variables) }));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });

function outcomeOf(expression: string, variables: object): { readonly value: unknown } | { readonly failed: string } {
  try {
    return { value: plain(withinLimit(() => compile(expression)(variables))) };
  } catch (error) {
    return { failed: causeOf(error) };
  }
}

function withinLimit(evaluate: () => unknown): unknown {
  Object.assign(globalThis, { evaluateNext: evaluate });
  try {
    return guarded.runInThisContext({ timeout: setup.hardLimitMs });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') process.exit(1);
    throw error;
  }
}

function compile(expression: string): (variables: object) => unknown {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  const fresh = environment.parse(expression);
  compiled.set(expression, fresh);
  return fresh;
}

/** Whole numbers of JSON are ints, as Kubernetes has them; without that `replicas + 1` would mix two types. */
function toCel(value: unknown): object;
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toCel(member)]));
}

function plain(value: unknown): boolean | number | string | null {
  if (typeof value === 'boolean' || typeof value === 'number' || value === null) return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  throw new Error('the expression gives no single value');
}

function causeOf(error: unknown): string {
  if (error instanceof Error && 'summary' in error && typeof error.summary === 'string') return error.summary.slice(0, MAX_TEXT);
  return (error instanceof Error ? error.message : 'it failed').slice(0, MAX_TEXT);
}
