import type { Selector } from '../selector/selector.js';
import type { ObjectPattern } from './object-pattern.js';

/** A change put on rendered objects before they are applied, as a patch of Kustomize. */
export interface Patch {
  readonly target: ObjectPattern;
  /** YAML: a strategic merge patch (a mapping) or a JSON patch of RFC 6902 (a list). */
  readonly patch: string;
  /** Where it stands in the specification, from 0: what failures call it. Absent in orders of older hubs. */
  readonly place?: number;
}

/** A patch as people write it: for some clusters, with templates as in parameters. */
export interface PatchSpec extends Omit<Patch, 'place'> {
  /** Clusters that get it; absent: all. */
  readonly clusters?: Selector;
}
