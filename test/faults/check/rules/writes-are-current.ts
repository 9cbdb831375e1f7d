import type { ClusterWrite, Evidence } from '../evidence.js';
import { ordersOf } from './orders-of.js';

/**
 * On one target an older release is never written after a newer one, and nothing is written that was not ordered before. What a write is of is
 * read from its content: it is taken for the oldest order that it may be of, so that only what cannot be in order is told.
 */
export function writesAreCurrent(evidence: Evidence): readonly string[] {
  const reached = new Map<string, number>();
  return evidence.writes.flatMap((write) => {
    const value = write.data?.['value'];
    if (value === undefined || !write.isByAgent) return [];
    const target = `${write.namespace}@${write.cluster}`;
    const from = reached.get(target) ?? 0;
    const orders = ordersOf(evidence, write, write.answeredAt);
    const at = orders.findIndex(({ content }, index) => index >= from && !content.isBroken && content.values[write.name] === value);
    if (at === -1) return [`${target}: ${write.name} was written as ${value}, ${whyNot(write, value, orders.slice(0, from).some(({ content }) => content.values[write.name] === value))}`];
    reached.set(target, at);
    return [];
  });
}

function whyNot({ name }: ClusterWrite, value: string, isOlder: boolean): string {
  return isOlder ? 'which belongs to an older order than what was written before' : `and no order so far has ${name} as ${value}`;
}
