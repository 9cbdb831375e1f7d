import type { ReasonCode } from '#domain';

/** Why the newest content of an application is not released. */
export interface EvaluationProblem {
  readonly reason: ReasonCode;
  readonly message: string;
}
