import type { Facts } from '../cluster/facts.js';
import type { Labels } from '../cluster/validate-labels.js';
import type { ClusterId, TargetId } from '../ids.js';
import { matchesSelector, type SelectorMatch } from '../selector/match-selector.js';
import type { Selector } from '../selector/selector.js';
import type { RemovalMode } from './assignment.js';

/** A cluster as the matching sees it. PENDING: registered, not enrolled yet. REMOVING: it is leaving the fleet. REMOVED rows stay. */
export type ClusterState = 'PENDING' | 'ACTIVE' | 'REMOVING' | 'REMOVED';

export interface ClusterToMatch {
  readonly id: ClusterId;
  readonly labels: Labels;
  /** undefined: not reported yet. */
  readonly facts: Facts | undefined;
  readonly state: ClusterState;
}

/** REMOVING: a tombstone is under way. REMOVED: its tombstone is done. */
export interface ExistingTarget {
  readonly id: TargetId;
  readonly cluster: ClusterId;
  readonly state: 'ACTIVE' | 'REMOVING' | 'REMOVED';
}

export interface TargetsToDiff {
  readonly selector: Selector;
  readonly prune: boolean;
  /** All clusters, or those that may have changed: a target on a cluster that is not listed is left alone. */
  readonly clusters: readonly ClusterToMatch[];
  readonly targets: readonly ExistingTarget[];
}

export interface TargetRemoval {
  readonly target: TargetId;
  readonly cluster: ClusterId;
  readonly mode: RemovalMode;
  /** `CLUSTER_REMOVED` is always ORPHAN: whoever removes a cluster does not mean to stop what runs there. */
  readonly because: 'LABELS' | 'CLUSTER_REMOVED';
}

export interface TargetDiff {
  /** Clusters that match and have no target; `revives` is the row of an earlier, removed one. */
  readonly create: readonly { readonly cluster: ClusterId; readonly revives: TargetId | undefined }[];
  readonly keep: readonly TargetId[];
  readonly tombstone: readonly TargetRemoval[];
  /** Kept although the facts of the cluster no longer match; shown as FACT_MISMATCH until a person confirms. */
  readonly factMismatch: readonly TargetId[];
  /** Matches again while its removal runs: created again once the removal is acknowledged. */
  readonly rematchAfterRemoval: readonly { readonly cluster: ClusterId; readonly target: TargetId }[];
  /** Clusters without a target, and why. */
  readonly unmatched: readonly { readonly cluster: ClusterId; readonly because: 'LABELS' | 'FACTS' }[];
}

/**
 * What must become of an application's targets. Pure; results are ordered by id. A tombstone comes only from labels that say no, or from
 * a cluster that leaves; never from facts, and never because a cluster is missing from the list.
 */
export function diffTargets(input: TargetsToDiff): TargetDiff {
  const targets = new Map(input.targets.map((target) => [target.cluster, target]));
  const create: TargetDiff['create'][number][] = [];
  const keep: TargetId[] = [];
  const tombstone: TargetRemoval[] = [];
  const factMismatch: TargetId[] = [];
  const rematch: TargetDiff['rematchAfterRemoval'][number][] = [];
  const unmatched: TargetDiff['unmatched'][number][] = [];

  for (const cluster of input.clusters.toSorted((a, b) => compare(a.id, b.id))) {
    const target = targets.get(cluster.id);
    targets.delete(cluster.id);
    const isLeaving = cluster.state === 'REMOVING' || cluster.state === 'REMOVED';
    const match: SelectorMatch = isLeaving ? { matches: false, because: 'LABELS' } : matchesSelector(input.selector, cluster.labels, cluster.facts);
    if (target === undefined || target.state === 'REMOVED') {
      if (match.matches) create.push({ cluster: cluster.id, revives: target?.id });
      else if (!isLeaving) unmatched.push({ cluster: cluster.id, because: match.because });
    } else if (target.state === 'REMOVING') {
      if (match.matches) rematch.push({ cluster: cluster.id, target: target.id });
    } else if (match.matches) {
      keep.push(target.id);
    } else if (match.because === 'FACTS') {
      keep.push(target.id);
      factMismatch.push(target.id);
    } else {
      tombstone.push({ target: target.id, cluster: cluster.id, mode: input.prune && !isLeaving ? 'DELETE' : 'ORPHAN', because: isLeaving ? 'CLUSTER_REMOVED' : 'LABELS' });
    }
  }
  for (const target of targets.values()) if (target.state === 'ACTIVE') keep.push(target.id);
  return { create, keep: keep.toSorted(compare), tombstone, factMismatch: factMismatch.toSorted(compare), rematchAfterRemoval: rematch, unmatched };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
