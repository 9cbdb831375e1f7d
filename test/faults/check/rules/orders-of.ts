import type { Content } from '../../plan/schedule.js';
import type { ClusterWrite, Evidence } from '../evidence.js';

/** What a target was ordered to run, in the order of generations. */
export interface Order {
  readonly at: number;
  readonly commit: string;
  readonly content: Content;
}

/** The orders of a target that were given before an answer went out. The hub writes them down before it sends them. */
export function ordersOf({ transitions, commits }: Evidence, target: Pick<ClusterWrite, 'cluster' | 'namespace'>, until = Number.POSITIVE_INFINITY): readonly Order[] {
  return transitions
    .filter(({ application, cluster, kind, at }) => application === target.namespace && cluster === target.cluster && (kind === 'ASSIGNED' || kind === 'REISSUED') && at <= until)
    .toSorted((a, b) => a.generation - b.generation)
    .flatMap(({ at, commit }) => {
      const pushed = commits.find(({ id }) => id === commit);
      return pushed === undefined ? [] : [{ at, commit: pushed.id, content: pushed.content }];
    });
}

/** Names of all objects of a content. */
export function objectsOf({ values, image }: Content): ReadonlySet<string> {
  return new Set([...Object.keys(values), ...(image === undefined ? [] : ['web'])]);
}
