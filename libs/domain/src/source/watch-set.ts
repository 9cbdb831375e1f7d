import { digestOfJson, type Digest } from '#kernel';
import type { TreeEntryMode } from './source-tree.js';

/** One path whose change makes a release. */
export interface WatchedPath {
  /** As it was named, relative to the root; '' is the root. */
  readonly path: string;
  /** Where it really is, if a symlink is on the way; then a change of the link alone counts as well. */
  readonly target: string | undefined;
  /** `absent`: named and not there. Its coming is a change. */
  readonly mode: TreeEntryMode | 'absent';
  /** Object id; empty when absent. */
  readonly id: string;
}

/** Why the whole repository is watched instead of the closure. */
export type NotStatic = 'UNREADABLE_KUSTOMIZATION' | 'UNREADABLE_CHART' | 'HELM' | 'PLUGIN' | 'SHAPE' | 'TOO_LARGE';

export interface WatchSet {
  /** Over paths, modes and object ids: equal digests mean that the same bytes are rendered. */
  readonly digest: Digest;
  /** What is watched, by path. What lies inside a watched directory is not named again. */
  readonly paths: readonly WatchedPath[];
  /** Set when the closure cannot be told from the files: every commit that changes anything makes a release then. */
  readonly fallsBackToRoot: NotStatic | undefined;
}

/** Puts watched paths into their one order, leaves out what a watched directory covers, and takes the digest. Pure. */
export function sealWatchSet(watched: readonly WatchedPath[], fallsBackToRoot: NotStatic | undefined): WatchSet {
  const trees = new Set(watched.filter((one) => one.mode === 'tree' && one.target === undefined).map((one) => one.path));
  const unique = new Map(watched.filter((one) => !isCovered(one, trees)).map((one) => [one.path, one]));
  const paths = [...unique.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const digest = digestOfJson({ format: 1, paths: paths.map(({ path, target, mode, id }) => [path, target ?? null, mode, id]) });
  return { digest, paths, fallsBackToRoot };
}

/** The id of a tree says everything of what really lies below it: not of what is reached through a link, nor of what is not there. */
function isCovered(one: WatchedPath, trees: ReadonlySet<string>): boolean {
  if (one.target !== undefined || one.mode === 'absent' || one.path === '') return false;
  if (trees.has('')) return true;
  for (let slash = one.path.indexOf('/'); slash > 0; slash = one.path.indexOf('/', slash + 1)) if (trees.has(one.path.slice(0, slash))) return true;
  return false;
}
