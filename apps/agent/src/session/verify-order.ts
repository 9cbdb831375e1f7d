import { err, ok, type Clock, type Result } from '#kernel';
import { acceptOrder, compareVersions, orderDigest, type OrderHeader, type ReasonCode, type Renderer } from '#domain';
import { decodeOrder, decodeOrderHeader, ORDER_TYPE, verifySigned, type Signed, type WireFailure } from '#wire';
import type { AgentIdentity, EdgePolicy, OrderInbox, VerifiedOrder } from './session.ports.js';

export type VerifiedKind =
  /** New: make it durable. */
  | 'ACCEPT'
  /** Held already: receipt, nothing else. */
  | 'DUPLICATE'
  /** A removal that is behind us: say REMOVED again. */
  | 'REMOVED_ALREADY';

export interface Verification {
  readonly kind: VerifiedKind;
  readonly order: VerifiedOrder;
}

/** Why an order was not taken. Target and version are there as far as the bytes could be trusted to say them. */
export interface OrderRefusal {
  readonly reason: ReasonCode;
  readonly message: string;
  readonly order: RefusedHeader | undefined;
}
export type RefusedHeader = Pick<OrderHeader, 'target' | 'epoch' | 'generation'>;

export interface OrderVerifier {
  readonly identity: Pick<AgentIdentity, 'hub' | 'cluster' | 'signingKeys'>;
  readonly inbox: Pick<OrderInbox, 'heldFor' | 'floor'>;
  readonly edgePolicy: EdgePolicy;
  readonly renderers: readonly Renderer[];
  readonly clock: Clock;
}

/** The way of an order into an agent: signature, then what it says, then whether it may be accepted, then the last word of the cluster's owner. */
export function verifyOrder(signed: Signed, verifier: OrderVerifier): Result<Verification, OrderRefusal> {
  const { identity, inbox } = verifier;
  const keys = identity.signingKeys.filter((key) => key.hub === identity.hub);
  const payload = verifySigned(signed, ORDER_TYPE, keys);
  if (!payload.ok) return err({ reason: 'SIGNATURE_INVALID', message: 'not signed by a key of this hub', order: undefined });
  const decoded = decodeOrder(payload.value);
  if (!decoded.ok) return err({ reason: 'UNSUPPORTED_ASSIGNMENT', message: sayFailure(decoded.error), order: headerFor(payload.value, identity) });

  const order = decoded.value;
  const verified: VerifiedOrder = { order, signed, orderDigest: orderDigest(order) };
  const held = inbox.heldFor(order.target);
  const floor = inbox.floor();
  const decision = acceptOrder(order, verified.orderDigest, {
    hub: identity.hub,
    cluster: identity.cluster,
    held: held === undefined ? undefined : { epoch: held.epoch, generation: held.generation, digest: held.orderDigest },
    floor,
    renderers: verifier.renderers,
    now: verifier.clock.now(),
  });
  if (decision.kind === 'DUPLICATE') return ok({ kind: 'DUPLICATE', order: verified });
  if (decision.kind === 'REFUSE') {
    const isBehindUs = decision.reason === 'STALE_GENERATION' && order.kind === 'TOMBSTONE' && held === undefined && compareVersions(order, floor) <= 0;
    return isBehindUs ? ok({ kind: 'REMOVED_ALREADY', order: verified }) : err({ reason: decision.reason, message: decision.message, order });
  }
  const judged = verifier.edgePolicy.judge(order);
  return judged.ok ? ok({ kind: 'ACCEPT', order: verified }) : err({ reason: 'FORBIDDEN', message: judged.error.rule, order });
}

/** An order of a newer hub that does not read is refused by its name where it is for us at all, so that its target shows why. */
function headerFor(payload: Uint8Array, identity: OrderVerifier['identity']): RefusedHeader | undefined {
  const header = decodeOrderHeader(payload);
  return header.ok && header.value.hub === identity.hub && header.value.audience === identity.cluster ? header.value : undefined;
}

function sayFailure(failure: WireFailure): string {
  return `it does not read: ${failure.code === 'MALFORMED' ? failure.field : failure.detail}`;
}
