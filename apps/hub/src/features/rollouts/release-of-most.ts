import type { ReleaseId } from '#domain';

/** The release that most of them name, the first of several; undefined: none names any. */
export function releaseOfMost(releases: readonly (ReleaseId | undefined)[]): ReleaseId | undefined {
  const named = Map.groupBy(releases.filter((release) => release !== undefined), (release) => release);
  const [most] = [...named].toSorted(([, a], [, b]) => b.length - a.length);
  return most?.[0];
}
