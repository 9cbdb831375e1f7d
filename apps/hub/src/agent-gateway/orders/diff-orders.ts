import type { TargetId } from '#domain';
import type { HeldOrder } from '#wire';
import type { WantedOrder } from './order.store.js';

export interface OrderDiff {
  /** Targets whose order the agent lacks or holds in another version. */
  readonly toSend: readonly TargetId[];
  /** Targets that the agent holds in a higher version than ours: this hub was restored from an older state. Never sent, never undone. */
  readonly agentAhead: readonly TargetId[];
}

/** Compares what the hub wants with what the agent holds. What only the agent holds is no business of orders: absence is never a removal. Pure. */
export function diffOrders(wanted: readonly WantedOrder[], held: readonly HeldOrder[], epoch: bigint): OrderDiff {
  const byTarget = new Map(held.map((order) => [order.target, order]));
  const toSend: TargetId[] = [];
  const agentAhead: TargetId[] = [];
  for (const order of wanted) {
    const has = byTarget.get(order.target);
    if (has?.orderDigest === order.orderDigest) continue;
    const isAhead = has !== undefined && (has.epoch > epoch || (has.epoch === epoch && has.generation > order.generation));
    (isAhead ? agentAhead : toSend).push(order.target);
  }
  return { toSend, agentAhead };
}
