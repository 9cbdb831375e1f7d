import type { WatchSet } from '#domain';

/** Where a change makes a release: what is named, and where symlinks lead from there. */
export function watchedPaths({ paths, fallsBackToRoot }: Pick<WatchSet, 'paths' | 'fallsBackToRoot'>): readonly string[] {
  return fallsBackToRoot === undefined ? [...new Set(paths.flatMap(({ path, target }) => (target === undefined ? [path] : [path, target])))] : [''];
}
