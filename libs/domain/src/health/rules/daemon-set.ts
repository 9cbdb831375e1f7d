import { numberOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { healthy, progressing, type Health } from '../health.types.js';

export function daemonSetHealth(object: KubeObject): Health {
  const count = (name: string): number => numberOf(object, 'status', name) ?? 0;
  const wanted = numberOf(object, 'status', 'desiredNumberScheduled');
  // A controller that has acted always sets both; before that all counts are zero and would read as "done".
  if (numberOf(object, 'status', 'observedGeneration') === undefined || wanted === undefined) return progressing('Waiting for the controller');

  if (count('currentNumberScheduled') < wanted) return progressing(`Scheduled: ${count('currentNumberScheduled')}/${wanted}`);
  const isByHand = textOf(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  if (!isByHand && count('updatedNumberScheduled') < wanted) return progressing(`Updated: ${count('updatedNumberScheduled')}/${wanted}`);
  if (count('numberAvailable') < wanted) return progressing(`Available: ${count('numberAvailable')}/${wanted}`);
  if (count('numberReady') < wanted) return progressing(`Ready: ${count('numberReady')}/${wanted}`);
  return healthy(`Available: ${count('numberAvailable')}/${wanted}`);
}
