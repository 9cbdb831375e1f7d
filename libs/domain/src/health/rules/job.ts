import { fieldOf, numberOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionsOf, sayCondition } from '../conditions.js';
import { degraded, healthy, progressing, suspended, type Health } from '../health.types.js';

/** A Job is healthy when it has completed, and progressing until then: what runs after it depends on its result, not on its start. */
export function jobHealth(object: KubeObject): Health {
  const succeeded = numberOf(object, 'status', 'succeeded') ?? 0;
  const wanted = numberOf(object, 'spec', 'completions') ?? numberOf(object, 'spec', 'parallelism') ?? 1;
  for (const condition of conditionsOf(object)) {
    if (condition.status !== 'True') continue;
    if (condition.type === 'Complete' || condition.type === 'SuccessCriteriaMet') return healthy(`Completed: ${succeeded}/${wanted}`);
    if (condition.type === 'Failed' || condition.type === 'FailureTarget') return degraded(sayCondition(condition));
  }
  if (fieldOf(object, 'spec', 'suspend') === true) return suspended('Suspended');
  if (textOf(object, 'status', 'startTime') === undefined) return progressing('Not started yet');
  const failed = numberOf(object, 'status', 'failed') ?? 0;
  return progressing(`Completed: ${succeeded}/${wanted}${failed > 0 ? `, failed tries: ${failed}` : ''}`);
}

export function cronJobHealth(object: KubeObject): Health {
  return fieldOf(object, 'spec', 'suspend') === true ? suspended('Suspended') : healthy('Scheduled');
}
