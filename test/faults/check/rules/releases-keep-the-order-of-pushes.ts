import type { Evidence } from '../evidence.js';

/** A later release never stands for a commit that was pushed earlier, and every release stands for one that was pushed. */
export function releasesKeepTheOrderOfPushes({ releases, commits }: Evidence): readonly string[] {
  const newest = new Map<string, number>();
  return releases.toSorted((a, b) => a.number - b.number).flatMap(({ application, number, commit }) => {
    const at = commits.findIndex((pushed) => pushed.application === application && pushed.id === commit);
    if (at === -1) return [`${application}: release ${number} is of ${commit}, which nobody pushed`];
    const before = newest.get(application) ?? -1;
    newest.set(application, Math.max(before, at));
    return at >= before ? [] : [`${application}: release ${number} is of ${commit}, which was pushed before the commit of an earlier release`];
  });
}
