import { err, ok, type Result } from '#kernel';
import {
  autoscaledCover, coverOfRule, declaresReplicas, injectedCover, isNoCover, joinCovers, matchesPattern, NO_COVER, numberOf, objectRefOf, scaledCover, type FieldCover, type IgnoreRule, type KubeObject,
} from '#domain';
import type { KubeFailure } from '#kube';
import type { StepContext } from '../reconcile/step.js';
import { rulesThatHold } from './rules-that-hold.js';

/**
 * The fields of an object that are not ours to decide: by the rules of its application and project, by an autoscaler that targets it, by an injector
 * that it asks for. A failure never reads as "none": what cannot be told now is neither written nor healed now.
 *
 * @param mayBeOld a list of autoscalers of a moment ago will do
 */
export async function findCover(context: StepContext, declared: KubeObject, live: KubeObject, mayBeOld: boolean): Promise<Result<FieldCover, KubeFailure>> {
  const rules = await rulesThatHold(context, rulesAbout(context, declared), live);
  if (!rules.ok) return rules;
  const scaled = await coverOfReplicas(context, declared, live, mayBeOld);
  if (!scaled.ok) return scaled;
  return ok(joinCovers([injectedCover(declared), scaled.value, ...rules.value.map(coverOfRule)]));
}

/** Whether the live object has to be known before this one is applied; most objects need no look. */
export async function mayBeCovered(context: StepContext, declared: KubeObject): Promise<Result<boolean, KubeFailure>> {
  if (rulesAbout(context, declared).length > 0 || !isNoCover(injectedCover(declared))) return ok(true);
  if (!declaresReplicas(declared)) return ok(false);
  const targeting = await context.autoscalers.of(objectRefOf(declared), true, context.signal);
  return targeting.ok ? ok(targeting.value === 'FORBIDDEN' || targeting.value.length > 0) : err(targeting.error);
}

function rulesAbout({ inForce }: StepContext, declared: KubeObject): readonly IgnoreRule[] {
  const rules = inForce.order.kind === 'ASSIGNMENT' ? inForce.order.sync.ignore ?? [] : [];
  return rules.filter((rule) => matchesPattern(rule, objectRefOf(declared)));
}

async function coverOfReplicas({ autoscalers, signal }: StepContext, declared: KubeObject, live: KubeObject, mayBeOld: boolean): Promise<Result<FieldCover, KubeFailure>> {
  if (!declaresReplicas(declared) || isAsDeclared(declared, live)) return ok(NO_COVER);
  const targeting = await autoscalers.of(objectRefOf(declared), mayBeOld, signal);
  if (!targeting.ok) return targeting;
  return ok(targeting.value === 'FORBIDDEN' ? scaledCover(live) : autoscaledCover(live, targeting.value));
}

function isAsDeclared(declared: KubeObject, live: KubeObject): boolean {
  return numberOf(declared, 'spec', 'replicas') === numberOf(live, 'spec', 'replicas');
}
