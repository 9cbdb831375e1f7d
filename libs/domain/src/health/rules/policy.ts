import { numberOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, impatient, sayCondition } from '../conditions.js';
import { degraded, healthy, progressing, suspended, type Health } from '../health.types.js';

export function disruptionBudgetHealth(object: KubeObject): Health {
  const current = numberOf(object, 'status', 'currentHealthy') ?? 0;
  const wanted = numberOf(object, 'status', 'desiredHealthy') ?? 0;
  return current < wanted ? progressing(`Budget not met: ${current}/${wanted}`) : healthy(`Healthy pods: ${current}, needed: ${wanted}`);
}

/** Metrics take a minute or two after a start: an autoscaler without them is progressing at first, degraded later. */
export function autoscalerHealth(object: KubeObject, now: Date): Health {
  const able = conditionOf(object, 'AbleToScale');
  const active = conditionOf(object, 'ScalingActive');
  if (able?.status === 'False') return degraded(sayCondition(able));
  if (active?.status === 'False') return active.reason === 'ScalingDisabled' ? suspended('The scaled object has zero replicas') : impatient(active, now);
  if (able === undefined && active === undefined) return progressing('Waiting for the controller');
  return healthy(`Replicas: ${numberOf(object, 'status', 'currentReplicas') ?? 0}`);
}
