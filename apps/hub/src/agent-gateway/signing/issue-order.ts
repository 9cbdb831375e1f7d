import type { Digest } from '#kernel';
import { orderDigest, type Order } from '#domain';
import { encodeOrder, ORDER_TYPE, sign, type Signer } from '#wire';

/** A signed order as the columns of `targets` and `tombstones` keep it: gateways forward these bytes and never make new ones. */
export interface IssuedOrder {
  /** The payload that was signed: `order_bytes`. */
  readonly bytes: Uint8Array;
  readonly keyId: string;
  readonly signature: Uint8Array;
  readonly type: string;
  /** Digest of the order's content (`orderDigest` of #domain), the same when it is signed anew: `order_digest`. */
  readonly digest: Digest;
  readonly expiresAt: Date;
}

/** How long an order may be accepted after it was issued. The planner signs anew what is asked for later. */
export const ORDER_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** Signs an order; only the planner role holds a signer. Throws when the signer does. */
export async function issueOrder(order: Order, signer: Signer): Promise<IssuedOrder> {
  const signed = await sign(encodeOrder(order), ORDER_TYPE, signer);
  return { bytes: signed.payload, keyId: signed.keyId, signature: signed.signature, type: signed.type, digest: orderDigest(order), expiresAt: order.expiresAt };
}
