import { assertNever } from '#kernel';
import type { ReasonCode } from './reason-code.js';

/** Why an agent's step did not come to its end: the stable code, and a sentence for people without a secret. */
export interface StepReason {
  readonly reason: ReasonCode;
  readonly message: string;
  /** The namespace whose end is waited for, where that is the reason. */
  readonly namespace?: string;
}

/** How a step of an agent ends. It is reported before the step returns. */
export type StepOutcome<T = undefined> =
  | { readonly kind: 'done'; readonly value: T }
  /** Passes by itself: try again after `retryMs` (before jitter), or at once when something changes. */
  | { readonly kind: 'wait'; readonly retryMs: number; readonly why: StepReason }
  /** Somebody has to act; it is still tried now and then, since the agent cannot see every cure. */
  | { readonly kind: 'stalled'; readonly why: StepReason };

/** How often a stalled step is tried nevertheless, before jitter. */
export const STALLED_RETRY_MS = 5 * 60_000;

const NAMESPACE_RETRY_MS = 2_000;

export function done(): StepOutcome;
export function done<T>(value: T): StepOutcome<T>;
export function done<T>(value?: T): StepOutcome<T | undefined> {
  return { kind: 'done', value };
}

export function wait(retryMs: number, reason: ReasonCode, message: string): StepOutcome<never> {
  return { kind: 'wait', retryMs, why: { reason, message } };
}

/** Objects cannot be made in a namespace that is being deleted; when it is back, or gone and ours to make, it goes on. */
export function awaitNamespace(namespace: string, message: string): StepOutcome<never> {
  return { kind: 'wait', retryMs: NAMESPACE_RETRY_MS, why: { reason: 'NAMESPACE_TERMINATING', message, namespace } };
}

export function stalled(reason: ReasonCode, message: string): StepOutcome<never> {
  return { kind: 'stalled', why: { reason, message } };
}

/** When to try again, before jitter; undefined when there is nothing to try. */
export function retryAfterMs(outcome: StepOutcome<unknown>): number | undefined {
  switch (outcome.kind) {
    case 'done':
      return undefined;
    case 'wait':
      return outcome.retryMs;
    case 'stalled':
      return STALLED_RETRY_MS;
    default:
      return assertNever(outcome);
  }
}
