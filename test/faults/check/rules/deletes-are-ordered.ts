import type { ClusterWrite, Evidence } from '../evidence.js';
import { objectsOf, ordersOf, type Order } from './orders-of.js';

/** What the prune guard lets pass without a person (docs/architecture.md). */
const FREE_COUNT = 10;
const FREE_SHARE = 0.2;
const SMALL = 4;

/**
 * An agent deletes by UID, and only what a tombstone of mode DELETE or a release without the object has ordered before. Where so much goes that
 * the prune guard asks, a person must have been asked.
 */
export function deletesAreOrdered(evidence: Evidence): readonly string[] {
  const deletes = evidence.writes.filter(({ verb, isByAgent, namespace }) => verb.startsWith('delete') && isByAgent && isOfSchedule(evidence, namespace));
  return [...deletes.flatMap((write) => problemOf(evidence, write)), ...unapproved(evidence, deletes)];
}

function problemOf(evidence: Evidence, write: ClusterWrite): readonly string[] {
  const what = `${write.cluster}: ${write.verb} ${write.resource} ${write.namespace}/${write.name}`;
  if (!write.hasUid) return [`${what} names no UID`];
  if (isTombstoned(evidence, write) || pruningOrder(evidence, write) !== undefined) return [];
  return [`${what} was ordered by nobody`];
}

const isOfSchedule = ({ schedule }: Evidence, namespace: string): boolean => schedule.applications.some(({ name }) => name === namespace);

function isTombstoned({ tombstones }: Evidence, { cluster, namespace, answeredAt }: ClusterWrite): boolean {
  return tombstones.some((tombstone) => tombstone.application === namespace && tombstone.cluster === cluster && tombstone.mode === 'DELETE' && tombstone.createdAt <= answeredAt);
}

/** The newest order before the delete, if it holds the object no more; or an older one that may still be in the working. */
function pruningOrder(evidence: Evidence, write: ClusterWrite): Order | undefined {
  return ordersOf(evidence, write, write.answeredAt).findLast(({ content }) => !content.isBroken && !objectsOf(content).has(write.name));
}

function unapproved(evidence: Evidence, deletes: readonly ClusterWrite[]): readonly string[] {
  const batches = new Map<string, { readonly order: Order; readonly writes: ClusterWrite[] }>();
  for (const write of deletes) {
    const order = isTombstoned(evidence, write) ? undefined : pruningOrder(evidence, write);
    if (order === undefined) continue;
    const key = `${write.cluster}/${write.namespace}/${order.commit}`;
    const batch = batches.get(key) ?? { order, writes: [] };
    batch.writes.push(write);
    batches.set(key, batch);
  }
  return [...batches.values()].flatMap(({ order, writes }) => {
    const [first] = writes;
    if (first === undefined || !needsApproval(new Set(writes.map(({ name }) => name)).size, objectsOf(order.content).size)) return [];
    const approved = evidence.mutations.some(({ name, application, sentAt, refusals }) => name === 'approvePrune' && application === first.namespace && refusals.length === 0 && sentAt <= first.answeredAt);
    return approved ? [] : [`${first.cluster}: ${writes.length} objects of ${first.namespace} were pruned without the approval of a person`];
  });
}

/** Never stricter than the guard: `kept` may count objects that came with the same release. */
function needsApproval(removed: number, kept: number): boolean {
  const total = removed + kept;
  return removed > Math.max(FREE_COUNT, FREE_SHARE * total) || (total >= SMALL && removed > total / 2);
}
