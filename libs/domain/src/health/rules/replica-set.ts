import { numberOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, sayCondition } from '../conditions.js';
import { healthy, progressing, type Health } from '../health.types.js';

/** ReplicaSets, and ReplicationControllers, which have the same status. */
export function replicaSetHealth(object: KubeObject): Health {
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') return progressing(sayCondition(failure));

  const count = (name: string): number => numberOf(object, 'status', name) ?? 0;
  const wanted = numberOf(object, 'spec', 'replicas') ?? 1;
  if (count('fullyLabeledReplicas') < wanted) return progressing(`Labelled: ${count('fullyLabeledReplicas')}/${wanted}`);
  if (count('availableReplicas') < wanted) return progressing(`Available: ${count('availableReplicas')}/${wanted}`);
  if (count('readyReplicas') < wanted) return progressing(`Ready: ${count('readyReplicas')}/${wanted}`);
  if (count('replicas') > wanted) return progressing(`Pending termination: ${count('replicas') - wanted}`);
  return healthy(`Available: ${count('availableReplicas')}/${wanted}`);
}
