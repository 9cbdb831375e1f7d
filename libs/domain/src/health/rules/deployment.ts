import { fieldOf, numberOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionOf, sayCondition } from '../conditions.js';
import { degraded, healthy, progressing, suspended, type Health } from '../health.types.js';

/** The controller's own way to say "no deadline"; it then sets no Progressing condition either. */
const NO_DEADLINE = 2 ** 31 - 1;

export function deploymentHealth(object: KubeObject): Health {
  const progress = conditionOf(object, 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded') return degraded(sayCondition(progress));

  const count = (name: string): number => numberOf(object, 'status', name) ?? 0;
  const wanted = numberOf(object, 'spec', 'replicas') ?? 1;
  const lag = replicaLag(wanted, count);
  if (lag !== undefined) {
    if (fieldOf(object, 'spec', 'paused') === true) return suspended(`Paused. ${lag}`);
    const failure = conditionOf(object, 'ReplicaFailure');
    return progressing(failure?.status === 'True' ? sayCondition(failure) : lag);
  }

  const deadline = numberOf(object, 'spec', 'progressDeadlineSeconds') ?? NO_DEADLINE;
  const isRolledOut = deadline === NO_DEADLINE || (progress?.status === 'True' && progress.reason === 'NewReplicaSetAvailable');
  if (!isRolledOut) return progressing('The new ReplicaSet is not available yet');
  if (conditionOf(object, 'Available')?.status !== 'True') return progressing('Not available yet');
  return healthy(`Available: ${count('availableReplicas')}/${wanted}`);
}

function replicaLag(wanted: number, count: (name: string) => number): string | undefined {
  const existing = count('replicas');
  const updated = count('updatedReplicas');
  if (existing < wanted) return `Replicas: ${existing}/${wanted}`;
  if (updated < wanted) return `Updated: ${updated}/${wanted}`;
  if (existing > wanted) return `Pending termination: ${existing - wanted}`;
  if (count('availableReplicas') < updated) return `Available: ${count('availableReplicas')}/${updated}`;
  if (count('readyReplicas') < wanted) return `Ready: ${count('readyReplicas')}/${wanted}`;
  return undefined;
}
