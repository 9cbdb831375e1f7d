import type { KindRules } from '../health.types.js';
import { apiServiceHealth, customResourceDefinitionHealth, namespaceHealth } from './cluster.js';
import { daemonSetHealth } from './daemon-set.js';
import { deploymentHealth } from './deployment.js';
import { cronJobHealth, jobHealth } from './job.js';
import { podHealth } from './pod.js';
import { autoscalerHealth, disruptionBudgetHealth } from './policy.js';
import { replicaSetHealth } from './replica-set.js';
import { serviceHealth } from './service.js';
import { statefulSetHealth } from './stateful-set.js';
import { volumeClaimHealth, volumeHealth } from './volume.js';

/** Kinds of Kubernetes itself that have a status; all others are healthy as soon as they exist. */
export const KUBERNETES: readonly KindRules[] = [
  {
    group: 'apps', kinds: ['Deployment'], judge: deploymentHealth,
    outcomes: { HEALTHY: 'all replicas are updated and available', PROGRESSING: 'rolling out', DEGRADED: 'past its progress deadline', SUSPENDED: 'paused before it was rolled out' },
  },
  { group: 'apps', kinds: ['StatefulSet'], judge: statefulSetHealth, outcomes: { HEALTHY: 'all replicas are ready and of the newest revision', PROGRESSING: 'rolling out' } },
  { group: 'apps', kinds: ['DaemonSet'], judge: daemonSetHealth, outcomes: { HEALTHY: 'available on all its nodes', PROGRESSING: 'rolling out' } },
  { group: 'apps', kinds: ['ReplicaSet'], judge: replicaSetHealth, outcomes: { HEALTHY: 'all replicas are available', PROGRESSING: 'not yet' } },
  { group: '', kinds: ['ReplicationController'], judge: replicaSetHealth, outcomes: { HEALTHY: 'all replicas are available', PROGRESSING: 'not yet' } },
  { group: '', kinds: ['Pod'], judge: podHealth, outcomes: { HEALTHY: 'Ready or completed', PROGRESSING: 'starting', DEGRADED: 'failed, a container (of either sort) crashes or has no image, or no node takes it' } },
  {
    group: 'batch', kinds: ['Job'], judge: jobHealth,
    outcomes: { HEALTHY: 'completed', PROGRESSING: 'running', DEGRADED: 'failed', SUSPENDED: 'suspended' },
  },
  { group: 'batch', kinds: ['CronJob'], judge: cronJobHealth, outcomes: { HEALTHY: 'scheduled; the message says how the last run ended', SUSPENDED: 'suspended' } },
  { group: '', kinds: ['PersistentVolumeClaim'], judge: volumeClaimHealth, outcomes: { HEALTHY: 'bound', PROGRESSING: 'pending', DEGRADED: 'its volume is lost' } },
  { group: '', kinds: ['PersistentVolume'], judge: volumeHealth, outcomes: { HEALTHY: 'available, bound or released', PROGRESSING: 'pending', DEGRADED: 'could not be reclaimed' } },
  { group: '', kinds: ['Service'], judge: serviceHealth, outcomes: { HEALTHY: 'it exists; a load balancer has a cluster IP', PROGRESSING: 'a load balancer without one' } },
  { group: '', kinds: ['Namespace'], judge: namespaceHealth, outcomes: { HEALTHY: 'active', PROGRESSING: 'terminating' } },
  {
    group: 'autoscaling', kinds: ['HorizontalPodAutoscaler'], judge: autoscalerHealth,
    outcomes: { HEALTHY: 'it scales', PROGRESSING: 'no metrics yet', DEGRADED: 'nothing to scale, or no metrics for ten minutes', SUSPENDED: 'what it scales has zero replicas' },
  },
  { group: 'policy', kinds: ['PodDisruptionBudget'], judge: disruptionBudgetHealth, outcomes: { HEALTHY: 'enough pods are healthy', PROGRESSING: 'too few' } },
  {
    group: 'apiextensions.k8s.io', kinds: ['CustomResourceDefinition'], judge: customResourceDefinitionHealth,
    outcomes: { HEALTHY: 'established', PROGRESSING: 'not yet', DEGRADED: 'its names are taken, or it cannot be established' },
  },
  { group: 'apiregistration.k8s.io', kinds: ['APIService'], judge: apiServiceHealth, outcomes: { HEALTHY: 'available', PROGRESSING: 'not yet', DEGRADED: 'not available for ten minutes' } },
];
