import { suggest } from '#kernel';
import { matchesSelector, type Selector, type TargetId, type TargetToRoll } from '#domain';

/** To which clusters alone something goes; both narrow. */
export interface ClusterChoice {
  /** By name; undefined: any. */
  readonly clusters: ReadonlySet<string> | undefined;
  readonly selector: Selector | undefined;
}

/** The targets that are meant, the named clusters on which there is none, and what the first of these was probably meant to be. Pure. */
export function chooseClusters(targets: readonly TargetToRoll[], { clusters, selector }: ClusterChoice): { readonly chosen: ReadonlySet<TargetId>; readonly missing: readonly string[]; readonly near: string | undefined } {
  const there = new Set(targets.map((target) => target.cluster));
  const isMeant = ({ cluster, labels, facts }: TargetToRoll): boolean => clusters?.has(cluster) !== false && (selector === undefined || matchesSelector(selector, labels, facts).matches);
  const missing = [...(clusters ?? [])].filter((name) => !there.has(name));
  return { chosen: new Set(targets.filter(isMeant).map((target) => target.id)), missing, near: missing[0] === undefined ? undefined : suggest(missing[0], [...there]) };
}
