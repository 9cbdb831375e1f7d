import type { Digest } from '#kernel';
import type { ClusterId, HubId } from '../ids.js';
import type { Renderer } from '../application/application-spec.js';
import type { Order, OrderVersion } from './assignment.js';
import type { ReasonCode } from './reason-code.js';

/** What the agent holds against an order. */
export interface OrderContext {
  readonly hub: HubId;
  /** Of the agent's own certificate. */
  readonly cluster: ClusterId;
  /** The order that it holds for this target, if it holds one. */
  readonly held: (OrderVersion & { readonly digest: Digest }) | undefined;
  /** The highest version of any tombstone completed here. */
  readonly floor: OrderVersion;
  readonly renderers: readonly Renderer[];
  readonly now: Date;
}

export type OrderDecision =
  | { readonly kind: 'ACCEPT' }
  /** Held already: answer as if accepted, and change nothing. */
  | { readonly kind: 'DUPLICATE' }
  | { readonly kind: 'REFUSE'; readonly reason: ReasonCode; readonly message: string };

/** How wrong the clock of a cluster may be. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

/**
 * Whether an agent takes an order whose signature it has verified. Refusing never changes what runs. An order that is held is
 * not measured again: its expiry limited acceptance only.
 *
 * @param digest of the order's content (`orderDigest`), the same for an order that was signed anew
 */
export function acceptOrder(order: Order, digest: Digest, context: OrderContext): OrderDecision {
  if (order.hub !== context.hub) return refuse('WRONG_AUDIENCE', 'the order is from another hub');
  if (order.audience !== context.cluster) return refuse('WRONG_AUDIENCE', 'the order is for another cluster');

  const bar = context.held ?? context.floor;
  const standing = compareVersions(order, bar);
  if (context.held !== undefined && standing === 0) {
    return context.held.digest === digest ? { kind: 'DUPLICATE' } : refuse('STALE_GENERATION', `another order of ${sayVersion(order)} is held`);
  }
  if (standing <= 0) {
    return refuse('STALE_GENERATION', `${sayVersion(order)} is not above ${sayVersion(bar)}, ${context.held === undefined ? 'the last removal here' : 'which is held'}`);
  }
  if (context.now.getTime() > order.expiresAt.getTime() + CLOCK_TOLERANCE_MS) return refuse('ASSIGNMENT_EXPIRED', `the order expired at ${order.expiresAt.toISOString()}`);
  if (order.unknownFeatures !== undefined) return refuse('UNSUPPORTED_ASSIGNMENT', `this agent does not know ${order.unknownFeatures.join(', ')}`);
  if (order.kind === 'ASSIGNMENT' && !context.renderers.includes(order.release.renderer)) {
    return refuse('UNSUPPORTED_ASSIGNMENT', `this agent has no renderer ${order.release.renderer}`);
  }
  return { kind: 'ACCEPT' };
}

/** Below, at or above zero, by epoch and then generation. */
export function compareVersions(a: OrderVersion, b: OrderVersion): number {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  return a.generation === b.generation ? 0 : a.generation < b.generation ? -1 : 1;
}

/** The higher of two versions: how the floor rises when a removal completes. */
export function maxVersion(a: OrderVersion, b: OrderVersion): OrderVersion {
  const { epoch, generation } = compareVersions(a, b) < 0 ? b : a;
  return { epoch, generation };
}

function sayVersion(version: OrderVersion): string {
  return `generation ${version.generation} of epoch ${version.epoch}`;
}

function refuse(reason: ReasonCode, message: string): OrderDecision {
  return { kind: 'REFUSE', reason, message };
}
