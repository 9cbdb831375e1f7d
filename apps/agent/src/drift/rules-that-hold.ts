import { err, ok, type Result } from '#kernel';
import { formatObjectRef, objectKey, objectRefOf, type IgnoreRule, type KubeObject } from '#domain';
import type { KubeFailure } from '#kube';
import type { CelFailure, CelOutcome } from '../cel/index.js';
import { maskObject } from '../describe/mask-object.js';
import type { StepContext } from '../reconcile/step.js';

/** They say nothing of the rule: the same question may be answered in a moment. */
const PASSING: readonly CelFailure['code'][] = ['BUSY', 'UNAVAILABLE'];
const MAX_SHOWN = 120;

/**
 * The rules whose condition is true of the live object; values of a Secret are not shown to conditions. One that fails, or gives no yes or no, does not
 * hold, and the target says so: drift that is healed is seen, drift that is hidden by a broken rule is not.
 */
export async function rulesThatHold({ ports, runtime }: StepContext, rules: readonly IgnoreRule[], live: KubeObject): Promise<Result<readonly IgnoreRule[], KubeFailure>> {
  const conditions = rules.flatMap(({ when }) => when ?? []);
  if (conditions.length === 0) return ok(rules);
  const outcomes = await ports.cel.evaluate(runtime.target, conditions, { object: maskObject(live) });
  const answers = new Map(conditions.map((condition, index) => [condition, outcomes[index]]));
  for (const outcome of outcomes) {
    if (!outcome.ok && PASSING.includes(outcome.error.code)) return err({ code: 'UNAVAILABLE', httpStatus: 0, message: `whether an ignore rule holds could not be told: ${outcome.error.message}` });
  }
  const ref = objectRefOf(live);
  for (const [condition, outcome] of answers) {
    const why = complaintOf(outcome);
    runtime.notices.set(objectKey(ref), condition, why && `sync.ignore: ${JSON.stringify(condition.slice(0, MAX_SHOWN))} does not hold for ${formatObjectRef(ref)}: ${why}`);
  }
  return ok(rules.filter(({ when }) => when === undefined || isTrue(answers.get(when))));
}

function isTrue(outcome: CelOutcome | undefined): boolean {
  return outcome?.ok === true && outcome.value === true;
}

function complaintOf(outcome: CelOutcome | undefined): string | undefined {
  if (outcome === undefined) return 'it was not evaluated';
  if (!outcome.ok) return outcome.error.message;
  return typeof outcome.value === 'boolean' ? undefined : 'it gives neither true nor false';
}
