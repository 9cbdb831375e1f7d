import { digestOfJson, type Digest, type Result } from '#kernel';
import { targetId, type OrderVersion, type TargetId } from '#domain';
import type { TargetDigests } from './generated/capstan/agent/v1/session.js';
import { decoding, type WireFailure } from './wire-failure.js';
import { readCounter, readDigest, readId } from './wire-values.js';

/** Which order is held for a target: its version, and its digest as `orderDigest` of #domain takes it (signing anew does not change it). */
export interface HeldOrder extends OrderVersion {
  readonly target: TargetId;
  readonly orderDigest: Digest;
}

/** One digest over everything held, in any order. Two sides with equal root digests hold the same orders. */
export function rootDigest(held: Iterable<Omit<HeldOrder, 'epoch'>>): Digest {
  // The order's digest covers epoch and generation, so a hub that has only (target, generation, digest) in its rows can take this one too.
  const rows = Array.from(held, (order) => [order.target, order.generation.toString(), order.orderDigest]);
  return digestOfJson(rows.toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1)));
}

export function encodeTargetDigests(held: Iterable<HeldOrder>): TargetDigests {
  return { entries: Array.from(held, (order) => ({ targetId: order.target, epoch: order.epoch, generation: order.generation, orderDigest: order.orderDigest })) };
}

export function decodeTargetDigests(wire: TargetDigests): Result<readonly HeldOrder[], WireFailure> {
  return decoding('target_digests', () =>
    wire.entries.map((entry) => ({
      target: readId(entry.targetId, 'target_digests.target_id', targetId),
      epoch: readCounter(entry.epoch, 'target_digests.epoch'),
      generation: readCounter(entry.generation, 'target_digests.generation'),
      orderDigest: readDigest(entry.orderDigest, 'target_digests.order_digest'),
    })),
  );
}
