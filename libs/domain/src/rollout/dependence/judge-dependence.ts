import type { ClusterId } from '../../ids.js';
import type { CheckSubject, GateCheck, SeenOnCluster } from '../rollout.types.js';
import type { RolloutGateSpec } from '../strategy/gate-spec.js';
import { sayNames } from '../warnings/rollout-warning.js';
import type { DependenceCluster, DependenceFacts, DependenceTarget } from './dependence-facts.js';

/**
 * The checks of a gate that waits for another application. Pure. A cluster has come as far when its target was assigned the release or a later one
 * and its agent calls just that well, by the rule by which rollouts judge: so a target that is held at an older release has not, nor has one that
 * is on its way back. Where no release is named it is the newest that was let run, and a rollout of it that has halted is in the way. Nothing
 * fails: what has not come as far is waited for.
 *
 * @param clusterOf the cluster of a target that is asked about
 */
export function judgeDependence(spec: RolloutGateSpec, subjects: readonly CheckSubject[], facts: DependenceFacts, clusterOf: (subject: CheckSubject) => ClusterId | undefined): readonly GateCheck[] {
  const { application } = facts;
  const wanted = spec.release ?? application?.newest;
  const obstacle = obstacleOf(spec, facts);
  if (obstacle !== undefined || wanted === undefined) {
    const why = obstacle ?? `${spec.application} has no release yet`;
    return subjects.map((subject, index) => ({ subject, verdict: undefined, message: why, seen: index === 0 ? [{ cluster: undefined, isThere: false, message: why }] : [] }));
  }
  const isNamed = spec.clusters !== undefined;
  const asked = isNamed ? facts.clusters.filter(({ isAway, target }) => !isAway && target !== undefined) : facts.clusters;
  const message = isNamed && asked.length === 0 ? nobodyOf(spec, facts) : sayLagging(spec, asked, wanted);
  const byId = new Map(asked.map((cluster) => [cluster.id, cluster]));
  return subjects.map((subject) => {
    const id = clusterOf(subject);
    const at = subject === 'HUB' ? asked : [id === undefined ? undefined : byId.get(id)];
    const isThere = at.length > 0 && at.every((cluster) => cluster !== undefined && lagOf(cluster, wanted) === undefined);
    return { subject, verdict: isThere ? 'PASSED' : undefined, message: isThere ? '' : message, seen: at.flatMap((cluster) => (cluster === undefined ? [] : [seenOn(spec, cluster, wanted)])) };
  });
}

/** What keeps all clusters waiting, whatever runs there. */
function obstacleOf({ application: name, release }: RolloutGateSpec, { application }: DependenceFacts): string | undefined {
  if (application === undefined) return `the project has no application ${name}`;
  if (application.isLeaving) return `${name} is being deleted`;
  const { troubled } = application;
  if (troubled?.phase === 'ROLLING_BACK') return `rollout ${troubled.rollout} of ${name} takes its release back`;
  return troubled === undefined || release !== undefined ? undefined : `rollout ${troubled.rollout} of ${name} has halted`;
}

function nobodyOf({ application: name }: RolloutGateSpec, { clusters }: DependenceFacts): string {
  const away = clusters.filter((cluster) => cluster.target !== undefined);
  return away.length === 0 ? `${name} is on none of the clusters that the gate names` : `every cluster that the gate names and ${name} is on is away: ${sayNames(away.map((cluster) => cluster.name))}`;
}

type Lag = 'ABSENT' | 'HELD' | 'NONE' | 'OLDER' | 'AT_WORK' | 'FAILED';

function lagOf({ target }: DependenceCluster, wanted: number): Lag | undefined {
  if (target === undefined) return 'ABSENT';
  if (target.assigned === undefined) return 'NONE';
  if (target.assigned < wanted) return target.isHeld ? 'HELD' : 'OLDER';
  if (target.answer === 'HEALTHY') return undefined;
  return target.answer === 'FAILED' ? 'FAILED' : 'AT_WORK';
}

const LAGS: readonly (readonly [Lag, string])[] = [
  ['ABSENT', 'it is not on'], ['HELD', 'it is held at an older release on'], ['FAILED', 'it is not well on'], ['OLDER', 'it has an older release on'], ['NONE', 'it has no release yet on'], ['AT_WORK', 'it is not healthy yet on'],
];

/** The clusters that have not come as far, by what is missing. */
function sayLagging({ release }: RolloutGateSpec, clusters: readonly DependenceCluster[], wanted: number): string {
  const groups = Map.groupBy(clusters, (cluster) => lagOf(cluster, wanted));
  const said = LAGS.flatMap(([lag, words]) => {
    const names = (groups.get(lag) ?? []).map((cluster) => cluster.name);
    return names.length === 0 ? [] : [`${words} ${sayNames(names)}`];
  });
  const way = groups.has('ABSENT') ? '; place it there, or name with `clusters` where it must be' : '';
  return said.length === 0 ? '' : `${release === undefined ? `that is release ${wanted}, and ` : ''}${said.join(', ')}${way}`;
}

const ANSWERS: Readonly<Record<DependenceTarget['answer'], string>> = { HEALTHY: 'is healthy', FAILED: 'is not well', SILENT: 'has not answered yet', BUSY: 'is at work', RESTLESS: 'is at work' };

/** What is awaited on one cluster, and what is seen there. */
function seenOn({ application, release }: RolloutGateSpec, cluster: DependenceCluster, wanted: number): SeenOnCluster {
  const { name, target } = cluster;
  const awaited = `; awaited is release ${wanted}${release === undefined ? '' : ' or a later one'}`;
  const seen = target === undefined ? 'is not here' : target.assigned === undefined ? 'has no release here yet' : `has release ${target.assigned} here${target.isHeld ? ', where it is held,' : ''} and ${ANSWERS[target.answer]}`;
  return { cluster: name, isThere: lagOf(cluster, wanted) === undefined, message: `${application} ${seen}${awaited}` };
}
