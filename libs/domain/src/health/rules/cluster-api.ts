import { fieldOf, listOf, numberOf, textOf } from '../../json/read-json.js';
import type { KubeObject } from '../../object/kube-object.js';
import { conditionsOf, cut, impatient, readConditions, sayCondition, type Condition } from '../conditions.js';
import { degraded, healthy, progressing, suspended, type Health, type KindRules } from '../health.types.js';
import { isStale } from '../judge-conditions.js';

/** What says that a replica set of machines changes, in v1beta2. */
const CHANGING = ['RollingOut', 'ScalingUp', 'ScalingDown', 'Remediating'];

/** Conditions of v1beta2 where the object has them, in either place, else those of v1beta1. */
function clusterApiConditions(object: KubeObject): readonly Condition[] {
  const newer = listOf(object, 'status', 'v1beta2', 'conditions');
  return newer.length > 0 ? readConditions(newer) : conditionsOf(object);
}

function clusterHealth(object: KubeObject, now: Date): Health {
  const conditions = clusterApiConditions(object);
  const early = pausedOrFailed(object, conditions);
  if (early !== undefined) return early;
  const phase = textOf(object, 'status', 'phase') ?? '';
  const main = mainCondition(object, conditions, now, ['Available', 'Ready'], phase === '' ? undefined : cut(`Phase: ${phase}`));
  // A cluster of a cloud may take longer than anybody's patience to come up.
  const isRising = phase === 'Pending' || phase === 'Provisioning';
  return isRising && main.health === 'DEGRADED' && !conditions.some(({ status, severity }) => status === 'False' && severity === 'Error') ? progressing(main.message) : main;
}

function machineHealth(object: KubeObject, now: Date): Health {
  const conditions = clusterApiConditions(object);
  const early = pausedOrFailed(object, conditions);
  if (early !== undefined) return early;
  const main = mainCondition(object, conditions, now, ['Available', 'Ready']);
  const node = conditions.find(({ type }) => type === 'NodeHealthy');
  if (main.health !== 'HEALTHY') return main;
  if (node?.status === 'False') return judgeSeverity(node, now);
  return (textOf(object, 'status', 'phase') ?? 'Running') === 'Running' ? main : progressing(cut(`Phase: ${textOf(object, 'status', 'phase') ?? ''}`));
}

/** MachineDeployments, MachineSets, MachinePools and control planes: first the count, then what the controller says. */
function replicasHealth(object: KubeObject, now: Date): Health {
  const conditions = clusterApiConditions(object);
  const early = pausedOrFailed(object, conditions);
  if (early !== undefined) return early;
  const main = mainCondition(object, conditions, now, ['Available', 'Ready'], replicaLag(object));
  if (main.health !== 'HEALTHY') return main;
  const changing = conditions.find(({ type, status }) => CHANGING.includes(type) && status === 'True');
  if (changing !== undefined) return progressing(sayCondition(changing));
  const lag = replicaLag(object);
  return lag === undefined ? healthy(`Ready: ${numberOf(object, 'status', 'readyReplicas') ?? 0}/${wantedReplicas(object)}`) : progressing(lag);
}

function pausedOrFailed(object: KubeObject, conditions: readonly Condition[]): Health | undefined {
  const isPaused = fieldOf(object, 'spec', 'paused') === true || object.metadata.annotations?.['cluster.x-k8s.io/paused'] !== undefined || conditions.some(({ type, status }) => type === 'Paused' && status === 'True');
  if (isPaused) return suspended('Paused');
  const failure = textOf(object, 'status', 'failureMessage') ?? textOf(object, 'status', 'failureReason');
  if (failure !== undefined) return degraded(cut(failure));
  return textOf(object, 'status', 'phase') === 'Failed' ? degraded('Phase: Failed') : undefined;
}

/** The first of the types that the object has. @param lag what is known beside it, for an object that is not there yet */
function mainCondition(object: KubeObject, conditions: readonly Condition[], now: Date, types: readonly string[], lag?: string): Health {
  const main = types.flatMap((type) => conditions.find((condition) => condition.type === type) ?? []).at(0);
  if (main === undefined) return progressing(lag ?? 'Waiting for Cluster API');
  if (isStale(object, main)) return progressing(`${main.type} is of generation ${main.generation}`);
  if (main.status === 'True') return healthy(main.type);
  return main.status === 'False' ? judgeSeverity(main, now) : progressing(sayCondition(main));
}

/** v1beta1 says how bad it is. */
function judgeSeverity(condition: Condition, now: Date): Health {
  if (condition.severity === 'Error') return degraded(sayCondition(condition));
  return condition.severity === 'Info' ? progressing(sayCondition(condition)) : impatient(condition, now);
}

function wantedReplicas(object: KubeObject): number {
  return numberOf(object, 'spec', 'replicas') ?? 1;
}

function replicaLag(object: KubeObject): string | undefined {
  const wanted = wantedReplicas(object);
  const count = (name: string): number | undefined => numberOf(object, 'status', name);
  const [existing, ready] = [count('replicas') ?? 0, count('readyReplicas') ?? 0];
  const updated = count('upToDateReplicas') ?? count('updatedReplicas');
  if (existing !== wanted) return `Machines: ${existing}/${wanted}`;
  if (updated !== undefined && updated < wanted) return `Up to date: ${updated}/${wanted}`;
  return ready < wanted ? `Ready: ${ready}/${wanted}` : undefined;
}

const REPLICAS = { HEALTHY: 'all machines exist, are up to date and ready', PROGRESSING: 'rolling out or scaling', DEGRADED: 'failed, or not Available for ten minutes', SUSPENDED: 'paused' };

export const CLUSTER_API: readonly KindRules[] = [
  {
    group: 'cluster.x-k8s.io', kinds: ['Cluster'], judge: clusterHealth,
    outcomes: { HEALTHY: 'Available (v1beta2) or Ready (v1beta1)', PROGRESSING: 'being provisioned', DEGRADED: 'failed, an Error condition, or not so for ten minutes', SUSPENDED: 'paused' },
  },
  {
    group: 'cluster.x-k8s.io', kinds: ['Machine'], judge: machineHealth,
    outcomes: { HEALTHY: 'Available or Ready, and Running', PROGRESSING: 'being provisioned', DEGRADED: 'failed, an Error condition, or its node is unhealthy', SUSPENDED: 'paused' },
  },
  { group: 'cluster.x-k8s.io', kinds: ['MachineDeployment', 'MachineSet', 'MachinePool'], judge: replicasHealth, outcomes: REPLICAS },
  { group: 'controlplane.cluster.x-k8s.io', kinds: ['KubeadmControlPlane'], judge: replicasHealth, outcomes: REPLICAS },
];
