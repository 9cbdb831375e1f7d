import { numberOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { healthy, progressing, type Health } from '../health.types.js';

/** Counts only: the controller of StatefulSets sets no conditions, so that a failed update cannot be told from a slow one here. */
export function statefulSetHealth(object: KubeObject): Health {
  const count = (name: string): number => numberOf(object, 'status', name) ?? 0;
  const wanted = numberOf(object, 'spec', 'replicas') ?? 1;
  if (textOf(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return healthy('Updated by hand (OnDelete)');

  if (count('replicas') < wanted) return progressing(`Replicas: ${count('replicas')}/${wanted}`);
  if (count('readyReplicas') < wanted) return progressing(`Ready: ${count('readyReplicas')}/${wanted}`);
  if (count('replicas') > wanted) return progressing(`Pending termination: ${count('replicas') - wanted}`);

  const partition = numberOf(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  if (partition > 0) {
    const share = Math.max(0, wanted - partition);
    return count('updatedReplicas') < share
      ? progressing(`Updated: ${count('updatedReplicas')}/${share} of the partition`)
      : healthy(`Ready: ${count('readyReplicas')}/${wanted}, partition updated`);
  }
  if (count('currentReplicas') < wanted) return progressing(`Current: ${count('currentReplicas')}/${wanted}`);
  if (textOf(object, 'status', 'currentRevision') !== textOf(object, 'status', 'updateRevision')) return progressing('The update is not complete yet');
  return healthy(`Ready: ${count('readyReplicas')}/${wanted}`);
}
