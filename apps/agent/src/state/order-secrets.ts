import { err, ok, type Digest, type Result } from '#kernel';
import { orderDigest, type TargetId } from '#domain';
import { decodeOrder, decodeSigned, encodeSigned, ORDER_TYPE, verifySigned, type HubSigningKey } from '#wire';
import type { LoadedOrders, OrderStore, StateFailure } from '../reconcile/agent.ports.js';
import type { VerifiedOrder } from '../session/session.ports.js';
import type { StateSecrets, StoredSecret } from './state-secrets.js';

const BYTES = 'signed';
const REMOVE_ATTEMPTS = 4;

/**
 * Accepted orders, one Secret per target, as the signed bytes that were received. They are verified again whenever they are read: what
 * this agent does never rests on anything but the hub's signature. Calls for one target come one after the other.
 */
export class OrderSecrets implements OrderStore {
  /** What was read or written last, so that a change costs one request. Bounded by the targets of the cluster. */
  private readonly known = new Map<TargetId, StoredSecret>();

  constructor(
    private readonly secrets: StateSecrets,
    /** Keys of this hub, as the identity has them now. */
    private readonly keys: () => readonly HubSigningKey[],
  ) {}

  async loadAll(signal: AbortSignal): Promise<Result<LoadedOrders, StateFailure>> {
    const listed = await this.secrets.list('order', signal);
    if (!listed.ok) return listed;
    const orders: VerifiedOrder[] = [];
    const unreadable: { readonly name: string; readonly message: string }[] = [];
    for (const secret of listed.value) {
      const order = this.read(secret);
      if (!order.ok) unreadable.push({ name: secret.name, message: order.error });
      else {
        orders.push(order.value);
        this.known.set(order.value.order.target, withoutData(secret));
      }
    }
    return ok({ orders, unreadable });
  }

  async put(order: VerifiedOrder, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const { target } = order.order;
    const secret = { name: nameOf(target), kind: 'order', data: { [BYTES]: encodeSigned(order.signed) } } as const;
    const known = this.known.get(target);
    this.known.delete(target); // until it is known again what is there
    const written = await this.secrets.put(secret, known, signal);
    if (!written.ok) return written;
    this.known.set(target, withoutData(written.value));
    return ok(undefined);
  }

  async remove(target: TargetId, digest: Digest, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    for (let attempt = 1; attempt <= REMOVE_ATTEMPTS; attempt += 1) {
      const there = await this.secrets.get(nameOf(target), signal);
      if (!there.ok) return there;
      if (there.value === undefined) break;
      const order = this.read(there.value);
      if (!order.ok) return err({ code: 'CORRUPT', message: `Secret ${there.value.name}: ${order.error}` });
      if (order.value.orderDigest !== digest) return ok(undefined);
      const removed = await this.secrets.remove(there.value, signal, true);
      if (removed.ok) break;
      if (removed.error.code !== 'CHANGED') return err(removed.error);
      if (attempt === REMOVE_ATTEMPTS) return err({ code: 'UNAVAILABLE', message: `Secret ${nameOf(target)} changes all the time` });
    }
    this.known.delete(target);
    return ok(undefined);
  }

  /** The order of a Secret, or why it is none. */
  private read(secret: StoredSecret): Result<VerifiedOrder, string> {
    const bytes = secret.data.get(BYTES);
    const signed = bytes === undefined ? undefined : decodeSigned(bytes);
    if (signed?.ok !== true) return err('it holds no signed order');
    const payload = verifySigned(signed.value, ORDER_TYPE, this.keys());
    if (!payload.ok) return err('its signature is not from a key of this hub');
    const order = decodeOrder(payload.value);
    if (!order.ok) return err(`the order does not read: ${order.error.code}`);
    // Left by a newer agent: it is not for this one to follow by halves.
    if (order.value.unknownFeatures !== undefined) return err(`this agent does not know ${order.value.unknownFeatures.join(', ')}`);
    if (nameOf(order.value.target) !== secret.name) return err('it holds the order of another target');
    return ok({ order: order.value, signed: signed.value, orderDigest: orderDigest(order.value) });
  }
}

function nameOf(target: TargetId): string {
  return `capstan-order-${target}`;
}

function withoutData(secret: StoredSecret): StoredSecret {
  return { ...secret, data: new Map() };
}
