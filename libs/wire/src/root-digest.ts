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

/** Everything that an agent holds, and the version of the newest removal that it completed: (0, 0) when there was none. */
export interface Holdings {
  readonly held: readonly HeldOrder[];
  readonly floor: OrderVersion;
}

export function encodeTargetDigests({ held, floor }: Holdings): TargetDigests {
  return {
    entries: held.map((order) => ({ targetId: order.target, epoch: order.epoch, generation: order.generation, orderDigest: order.orderDigest })),
    floorEpoch: floor.epoch,
    floorGeneration: floor.generation,
  };
}

export function decodeTargetDigests(wire: TargetDigests): Result<Holdings, WireFailure> {
  return decoding('target_digests', () => ({
    held: wire.entries.map((entry) => ({
      target: readId(entry.targetId, 'target_digests.target_id', targetId),
      epoch: readCounter(entry.epoch, 'target_digests.epoch'),
      generation: readCounter(entry.generation, 'target_digests.generation'),
      orderDigest: readDigest(entry.orderDigest, 'target_digests.order_digest'),
    })),
    floor: { epoch: readCounter(wire.floorEpoch, 'target_digests.floor_epoch'), generation: readCounter(wire.floorGeneration, 'target_digests.floor_generation') },
  }));
}
