import { isOrderFeature, ORDER_FEATURE_WORDS } from '#domain';
import { decodeOrderHeader, requiredFeatures } from '#wire';
import type { LiveSession } from '../session/live-session.js';
import type { RefusedOrder, StoredOrder } from './order.store.js';

/** The agent at the other end, as far as it decides what may be sent to it. */
export type Recipient = Pick<LiveSession, 'capabilities'> & { readonly admitted: Pick<LiveSession['admitted'], 'name'> };

export interface Sorted {
  readonly toSend: readonly StoredOrder[];
  readonly withheld: readonly RefusedOrder[];
}

/**
 * Keeps back what an agent would follow by halves: an older one reads an order without the fields that it does not know. What it holds stays in force, and
 * the agent that takes its place gets the order when it says hello. Pure.
 */
export function withholdOrders(orders: readonly StoredOrder[], { capabilities, admitted }: Recipient): Sorted {
  const toSend: StoredOrder[] = [];
  const withheld: RefusedOrder[] = [];
  for (const order of orders) {
    const lacking = requiredFeatures(order.signed.payload).filter((feature) => !capabilities.has(feature));
    const header = decodeOrderHeader(order.signed.payload);
    if (lacking.length === 0 || !header.ok) toSend.push(order);
    else {
      const message = `the agent of cluster ${admitted.name} does not know ${lacking.map((name) => (isOrderFeature(name) ? ORDER_FEATURE_WORDS[name] : name)).join(', ')}: update it`;
      withheld.push({ target: order.target, epoch: header.value.epoch, generation: header.value.generation, reason: 'UNSUPPORTED_ASSIGNMENT', message });
    }
  }
  return { toSend, withheld };
}
