import type { ExplanationStep } from './explanation.types.js';

/** A step of which only the given parts are known. */
export function explanationStep(kind: ExplanationStep['kind'], isOk: boolean, message: string, rest: Partial<ExplanationStep> = {}): ExplanationStep {
  return { reason: undefined, wayOn: undefined, since: undefined, until: undefined, key: undefined, value: undefined, rollout: undefined, hurdle: undefined, ...rest, kind, isOk, message };
}
