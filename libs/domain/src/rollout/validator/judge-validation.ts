import type { Result } from '#kernel';
import type { GateCheck } from '../rollout.types.js';
import type { ValidatorAnswer } from './read-validator-answer.js';

/** What a question to a validator has come to, and when the next one is put. */
export interface Validation {
  readonly verdict: GateCheck['verdict'];
  readonly message: string;
  /** Questions without an answer, one after the other. */
  readonly unanswered: number;
  /** undefined: it is decided. */
  readonly nextInSeconds: number | undefined;
}

/** With no answer it is asked more and more seldom, up to this, or up to its interval where that is longer. */
const SELDOM_SECONDS = 300;

/**
 * What follows from an answer, or from there being none. Pure. No answer decides nothing: it is told, and asked for again until the deadline of the
 * gate. Only PASS passes.
 *
 * @param before questions without an answer before this one
 */
export function judgeValidation(answer: Result<ValidatorAnswer, string>, { intervalSeconds, unanswered: before }: { readonly intervalSeconds: number; readonly unanswered: number }): Validation {
  if (answer.ok) {
    const { result, message, retryAfterSeconds } = answer.value;
    if (result === 'WAIT') return { verdict: undefined, message: message === '' ? 'it says to wait' : message, unanswered: 0, nextInSeconds: retryAfterSeconds ?? intervalSeconds };
    return { verdict: result === 'PASS' ? 'PASSED' : 'FAILED', message, unanswered: 0, nextInSeconds: undefined };
  }
  const seldom = Math.max(intervalSeconds, SELDOM_SECONDS);
  return { verdict: undefined, message: `no answer: ${answer.error}`, unanswered: before + 1, nextInSeconds: Math.min(seldom, intervalSeconds * 2 ** Math.min(before, 20)) };
}
