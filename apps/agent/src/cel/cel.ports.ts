import type { JsonObject, Result } from '#kernel';

/**
 * Why an expression gave nothing. FAILED: by itself (a field that is not there, types that do not fit, no single value). CUT: it used up its
 * time or memory. OVER_BUDGET: expressions of the same asker were cut too often of late. TOO_LARGE: the variables. BUSY, UNAVAILABLE: nothing
 * of the expression; ask again later.
 */
export interface CelFailure {
  readonly code: 'FAILED' | 'CUT' | 'OVER_BUDGET' | 'TOO_LARGE' | 'BUSY' | 'UNAVAILABLE';
  /** For people: the cause, without values of the object. */
  readonly message: string;
}

export type CelValue = boolean | number | string | null;
export type CelOutcome = Result<CelValue, CelFailure>;

/** Evaluates CEL where it can hurt nobody: in a process of its own, with limits on time, memory and input. */
export interface CelEvaluator {
  /**
   * The outcomes of expressions over the same variables, one each and in their order. Never rejects and always resolves within seconds. Askers
   * take turns. After an expression that was cut the rest of its list is not evaluated and has the same failure.
   *
   * @param asker whom the time is charged to: the target
   * @param variables as JSON; whole numbers are ints in CEL
   */
  evaluate(asker: string, expressions: readonly string[], variables: JsonObject): Promise<readonly CelOutcome[]>;
  /** Ends the process. What waits resolves with UNAVAILABLE. */
  close(): Promise<void>;
}

/** One expression, for those who have only one. */
export async function evaluateCel(cel: CelEvaluator, asker: string, expression: string, variables: JsonObject): Promise<CelOutcome> {
  const [outcome] = await cel.evaluate(asker, [expression], variables);
  if (outcome === undefined) throw new Error('an evaluator answers every expression');
  return outcome;
}
