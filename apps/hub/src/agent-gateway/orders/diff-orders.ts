import { compareVersions, maxVersion, type TargetId } from '#domain';
import type { Holdings } from '#wire';
import type { OrderView } from './order.store.js';

export interface OrderDiff {
  /** Targets whose order the agent lacks or holds in another version. */
  readonly toSend: readonly TargetId[];
  /**
   * The agent holds a target in a higher version than ours, or knows a version that this hub has yet to give: the hub was restored from an older state.
   * Nothing may be sent then, since generations that rise again would pass what the agent knows and roll it back.
   */
  readonly isAgentAhead: boolean;
}

/** Compares what the hub wants with what the agent holds. What only the agent holds is no business of orders: absence is never a removal. Pure. */
export function diffOrders({ wanted, epoch, upTo }: Pick<OrderView, 'wanted' | 'epoch' | 'upTo'>, { held, floor }: Holdings): OrderDiff {
  const byTarget = new Map(held.map((order) => [order.target, order]));
  const differing = wanted.filter((order) => byTarget.get(order.target)?.orderDigest !== order.orderDigest);
  const isAheadOf = ({ target, generation }: (typeof wanted)[number]): boolean => {
    const has = byTarget.get(target);
    return has !== undefined && compareVersions(has, { epoch, generation }) > 0;
  };
  const newest = held.reduce(maxVersion, floor);
  return { toSend: differing.map((order) => order.target), isAgentAhead: compareVersions(newest, { epoch, generation: upTo }) > 0 || differing.some(isAheadOf) };
}
