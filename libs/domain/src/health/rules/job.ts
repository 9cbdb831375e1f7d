import { fieldOf, listOf, numberOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionsOf, cut, dateOf, sayCondition } from '../conditions.js';
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

/** A run that failed is told and is no failure of the application: the next one may be of another release, and may be a day away. */
export function cronJobHealth(object: KubeObject): Health {
  if (fieldOf(object, 'spec', 'suspend') === true) return suspended('Suspended');
  if (listOf(object, 'status', 'active').length > 0) return healthy('Running');
  const [scheduled, succeeded] = ['lastScheduleTime', 'lastSuccessfulTime'].map((name) => textOf(object, 'status', name));
  if (scheduled === undefined) return healthy('Scheduled');
  const isGood = succeeded !== undefined && (dateOf(succeeded)?.getTime() ?? 0) >= (dateOf(scheduled)?.getTime() ?? 0);
  return healthy(isGood ? 'Scheduled; the last run succeeded' : `Scheduled; the last run, of ${cut(scheduled)}, did not succeed`);
}
