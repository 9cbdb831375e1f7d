import { valueOf } from '../../plan/fleet.js';
import type { Case } from '../kill-rule.js';

/**
 * What a cluster ran was of an order that its agent had taken by then, and never of an older one than before; in the end it is that of the order that stands. What
 * content is of is read from its value: it is taken for the oldest order that it may be of, so that only what cannot be in order is told.
 */
export function contentFollowsOrders({ evidence, names }: Case): readonly string[] {
  const { commits, releases, sightings, taken, targets } = evidence;
  const valueOfRelease = (release: string | undefined): string => valueOf(commits.find(({ id }) => id === releases[release ?? ''])?.number ?? 0);
  const seenOf = Map.groupBy(sightings.filter(({ name }) => name === 'content'), ({ cluster, application }) => `${application}@${cluster}`);
  const takenOf = Map.groupBy(taken, ({ target }) => target);
  return targets.flatMap(({ id, application, cluster, release, state }) => {
    const orders = (takenOf.get(id) ?? []).map((order) => ({ at: order.at, value: valueOfRelease(order.release) }));
    const seen = seenOf.get(`${application}@${cluster}`) ?? [];
    const problems: string[] = [];
    let from = 0;
    for (const { value, at } of seen) {
      const index = orders.findIndex((order, position) => position >= from && order.value === value && order.at <= at);
      if (index === -1) problems.push(`${names.target(id)} ran ${value ?? 'nothing'}, ${orders.slice(0, from).some((order) => order.value === value) ? 'of an older order than what it ran before' : 'which its agent had not been ordered'}`);
      else from = index;
    }
    const last = seen.at(-1)?.value;
    if (state === 'ACTIVE' && release !== undefined && last !== valueOfRelease(release)) problems.push(`${names.target(id)} is assigned ${valueOfRelease(release)} and runs ${last ?? 'nothing'}`);
    return problems;
  });
}
