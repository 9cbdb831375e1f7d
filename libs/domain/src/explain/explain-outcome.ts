import { formatObjectRef } from '../object/kube-object.js';
import { REASON_ADVICE } from '../target/reason-code.js';
import type { HealthState } from '../target/target-state.js';
import type { ObjectHealth } from '../target/target-report.js';
import { explanationStep } from './explanation-step.js';
import type { ExplanationStep, KnownOfTarget, KnownToExplain } from './explanation.types.js';

/** What became of the order on the cluster: the last answer of the agent, and the health of what runs. */
export function explainOutcome({ target }: KnownToExplain): readonly ExplanationStep[] {
  if (target === undefined) return [];
  return [targetStep(target), ...(target.isReported && !target.isRemoving ? [healthStep(target)] : [])];
}

function targetStep({ sync, reason, message, since, isRemoving, assigned, isReported }: KnownOfTarget): ExplanationStep {
  // Nothing was assigned and nothing blocks it: the steps before tell why.
  const waits = assigned === undefined && sync === 'PENDING' && !isRemoving;
  const isSynced = sync === 'SYNCED' && !isRemoving;
  const said = message === '' ? '' : `: ${message}`;
  const words = waits ? 'The target waits for its release' : `${isReported ? 'The last answer of the agent makes the target' : 'The target is'} ${sync} (${reason})${said}`;
  return explanationStep('TARGET', isSynced, ended(words), { reason, since, wayOn: isSynced ? undefined : REASON_ADVICE[reason] });
}

function healthStep({ health, healthMessage, unhealthy }: KnownOfTarget): ExplanationStep {
  if (health === 'HEALTHY') return explanationStep('HEALTH', true, 'Everything that it runs is HEALTHY.');
  const worst = worstOf(unhealthy);
  const words = worst === undefined ? healthMessage : `${formatObjectRef(worst.ref)} is ${worst.health}${worst.message === '' ? '' : `: ${worst.message}`}`;
  return explanationStep('HEALTH', false, ended(`What it runs is ${health}${words === '' ? '' : `; ${words}`}`), { wayOn: ADVICE[health] });
}

const ADVICE: Readonly<Record<HealthState, string | undefined>> = {
  HEALTHY: undefined, PROGRESSING: REASON_ADVICE.PROGRESSING, DEGRADED: REASON_ADVICE.OBJECTS_DEGRADED, MISSING: REASON_ADVICE.OBJECTS_MISSING, UNKNOWN: REASON_ADVICE.HEALTH_UNKNOWN,
  SUSPENDED: 'Resume what is suspended.',
};
const WORST_FIRST: readonly HealthState[] = ['DEGRADED', 'MISSING', 'UNKNOWN', 'PROGRESSING', 'SUSPENDED'];

function worstOf(unhealthy: readonly ObjectHealth[]): ObjectHealth | undefined {
  return WORST_FIRST.map((health) => unhealthy.find((object) => object.health === health)).find((object) => object !== undefined);
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
