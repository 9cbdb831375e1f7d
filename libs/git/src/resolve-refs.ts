import { judgeRefName } from '#domain';
import type { ResolvedRef } from './git-port.js';

/** The full names that a name of a branch, tag or full ref may mean, the preferred one first. None for a text that can be no ref. Pure. */
export function refCandidates(name: string): readonly string[] {
  if (judgeRefName(name) !== undefined) return [];
  if (name === 'HEAD' || name.startsWith('refs/')) return [name];
  return [`refs/heads/${name}`, `refs/tags/${name}`];
}

/**
 * Picks what was asked for out of a complete list of refs. Pure.
 *
 * @param listed full ref -> commit; for an annotated tag the peeled commit
 */
export function resolveRefs(names: readonly string[], listed: ReadonlyMap<string, string>): ReadonlyMap<string, ResolvedRef | undefined> {
  const resolved = new Map<string, ResolvedRef | undefined>();
  for (const name of names) {
    const fullRef = refCandidates(name).find((candidate) => listed.has(candidate));
    const commit = fullRef === undefined ? undefined : listed.get(fullRef);
    resolved.set(name, fullRef === undefined || commit === undefined ? undefined : { fullRef, commit });
  }
  return resolved;
}
