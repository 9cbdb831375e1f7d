import { parseApiVersion, type KubeObject } from '../object/kube-object.js';
import type { Health, KindRule } from './health.types.js';
import { apiServiceHealth, customResourceDefinitionHealth, namespaceHealth } from './rules/cluster.js';
import { daemonSetHealth } from './rules/daemon-set.js';
import { deploymentHealth } from './rules/deployment.js';
import { commonHealth, genericHealth } from './rules/generic.js';
import { cronJobHealth, jobHealth } from './rules/job.js';
import { podHealth } from './rules/pod.js';
import { autoscalerHealth, disruptionBudgetHealth } from './rules/policy.js';
import { replicaSetHealth } from './rules/replica-set.js';
import { serviceHealth } from './rules/service.js';
import { statefulSetHealth } from './rules/stateful-set.js';
import { volumeClaimHealth, volumeHealth } from './rules/volume.js';

/** By `group/Kind`; every other kind is judged by the generic rule. */
const RULES: ReadonlyMap<string, KindRule> = new Map<string, KindRule>([
  ['apps/Deployment', deploymentHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['batch/Job', jobHealth],
  ['batch/CronJob', cronJobHealth],
  ['/Pod', podHealth],
  ['/ReplicationController', replicaSetHealth],
  ['/PersistentVolumeClaim', volumeClaimHealth],
  ['/PersistentVolume', volumeHealth],
  ['/Service', serviceHealth],
  ['/Namespace', namespaceHealth],
  ['autoscaling/HorizontalPodAutoscaler', autoscalerHealth],
  ['policy/PodDisruptionBudget', disruptionBudgetHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', customResourceDefinitionHealth],
  ['apiregistration.k8s.io/APIService', apiServiceHealth],
]);

/**
 * Judges one live object after the rules of kstatus, with three deliberate differences: a failed pod is degraded, a running
 * Job is progressing until it has completed, and a condition that stays bad for ten minutes is degraded.
 *
 * @param object the live object; undefined only when the server said that it does not exist (a failed read is not MISSING)
 * @param now wall-clock time, for windows counted from timestamps of the server
 */
export function healthOf(object: KubeObject | undefined, now: Date): Health {
  if (object === undefined) return { health: 'MISSING', message: 'Not in the cluster' };
  const rule = RULES.get(`${parseApiVersion(object.apiVersion).group}/${object.kind}`) ?? genericHealth;
  return commonHealth(object) ?? rule(object, now);
}
