import { describe, expect, it } from '@jest/globals';
import type { Log } from '#kernel';
import { clusterId, hubId, type Order } from '#domain';
import { aClock, ManualTimers, seededRandom, T0 } from '#testing';
import { toWireSigned, type AgentBody, type Signed } from '#wire';
import { anAssignment, aTombstone, CLUSTER, HUB, signed, SIGNING_KEY } from '../../test/test-orders.js';
import { OrderLane } from './order-lane.js';
import type { VerifiedOrder } from './session.ports.js';

const HELD = anAssignment({ generation: 5, release: 'one' });
const NEXT = anAssignment({ generation: 6, release: 'two' });
const bytesOf = async (order: Order): Promise<Signed> => (await signed(order)).signed;

describe('an order that is not for this agent to follow', () => {
  it.each<[string, () => Promise<Signed>, string, 'receipt' | 'refusal']>([
    ['was changed on its way', async () => flipped(await bytesOf(NEXT), 'payload'), 'SIGNATURE_INVALID', 'refusal'],
    ['has a forged signature', async () => flipped(await bytesOf(NEXT), 'signature'), 'SIGNATURE_INVALID', 'refusal'],
    ['is signed by a key that this hub does not have', async () => ({ ...(await bytesOf(NEXT)), keyId: 'another' }), 'SIGNATURE_INVALID', 'refusal'],
    ['is meant for another cluster', () => bytesOf({ ...NEXT, audience: clusterId('00000000-0000-7000-8000-0000000000cc') }), 'WRONG_AUDIENCE', 'receipt'],
    ['is of another hub', () => bytesOf({ ...NEXT, hub: hubId('00000000-0000-7000-8000-0000000000cc') }), 'WRONG_AUDIENCE', 'receipt'],
    ['was sent before and is sent again', () => bytesOf(anAssignment({ generation: 4, release: 'zero' })), 'STALE_GENERATION', 'receipt'],
    ['says something else under the version that is held', () => bytesOf(anAssignment({ generation: 5, release: 'other' })), 'STALE_GENERATION', 'receipt'],
    ['would remove what a newer order runs', () => bytesOf(aTombstone({ generation: 3, mode: 'DELETE' })), 'STALE_GENERATION', 'receipt'],
    ['came too late', () => bytesOf({ ...NEXT, expiresAt: new Date(T0.getTime() - 3_600_000) }), 'ASSIGNMENT_EXPIRED', 'receipt'],
    ['needs something that this agent does not know', () => bytesOf({ ...NEXT, unknownFeatures: ['orders.teleport'] }), 'UNSUPPORTED_ASSIGNMENT', 'receipt'],
    ['is of a kind that does not read here', () => bytesOf({ ...NEXT, sync: { ...NEXT.sync, ignore: Array.from({ length: 1_000 }, () => ({ jsonPointers: ['/a'] })) } }), 'UNSUPPORTED_ASSIGNMENT', 'receipt'],
  ])('is refused by name, in the log and to the hub, when it %s; the next good one is taken', async (_what, bad, reason, answer) => {
    const lane = await aLane();
    await lane.take(await bad());
    expect(lane.accepted).toEqual([]);
    expect(lane.errors).toEqual([expect.objectContaining({ reason })]);
    expect(lane.answers).toMatchObject([
      answer === 'refusal' ? { $case: 'refused', value: { detail: reason } } : { $case: 'orderReceipts', value: { receipts: [{ accepted: false, reason }] } },
    ]);
    await lane.take(await bytesOf(NEXT));
    expect(lane.accepted).toEqual([6n]);
    expect(lane.answers.at(-1)).toMatchObject({ $case: 'orderReceipts', value: { receipts: [{ accepted: true, generation: 6n }] } });
  });

  it('does not keep the good ones beside it from being taken', async () => {
    const lane = await aLane();
    await lane.take(flipped(await bytesOf(NEXT), 'payload'), await bytesOf(NEXT));
    expect(lane.accepted).toEqual([6n]);
  });

  it('is no news when it is held already: it is receipted and nothing is written', async () => {
    const lane = await aLane();
    await lane.take(await bytesOf(HELD));
    expect(lane).toMatchObject({ accepted: [], errors: [], answers: [{ $case: 'orderReceipts', value: { receipts: [{ accepted: true, generation: 5n }] } }] });
  });
});

/** A lane of an agent that holds generation 5, with what it did for all to see. */
async function aLane() {
  const held = await signed(HELD);
  const accepted: bigint[] = [];
  const errors: unknown[] = [];
  const answers: AgentBody[] = [];
  const log: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (_message, fields) => void errors.push(fields) };
  const heldFor = (target: string) => (target === HELD.target ? { target: HELD.target, epoch: 1n, generation: 5n, orderDigest: held.orderDigest } : undefined);
  const floor = () => ({ epoch: 0n, generation: 0n });
  const inbox = {
    held: () => [], heldFor, floor, confirmRemoved: () => undefined,
    accept: async (orders: readonly VerifiedOrder[]) => void accepted.push(...orders.map(({ order }) => order.generation)),
  };
  const clock = aClock();
  const lane = new OrderLane(
    {
      inbox,
      credentials: { put: async () => undefined, drop: async () => undefined, digests: () => new Map() },
      verifier: () => ({ identity: { hub: HUB, cluster: CLUSTER, signingKeys: [SIGNING_KEY] }, inbox, edgePolicy: { judge: () => ({ ok: true, value: undefined }) }, renderers: ['PLAIN'], clock }),
      learnKey: async () => undefined,
      timers: new ManualTimers(clock),
      random: seededRandom(1),
      log,
    },
    (body) => void answers.push(body),
    new AbortController().signal,
  );
  const take = (...orders: readonly Signed[]) => lane.take({ $case: 'orders', value: { orders: orders.map(toWireSigned) } });
  return { accepted, errors, answers, take };
}

function flipped(order: Signed, field: 'payload' | 'signature'): Signed {
  const bytes = Uint8Array.from(order[field]);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  return { ...order, [field]: bytes };
}
