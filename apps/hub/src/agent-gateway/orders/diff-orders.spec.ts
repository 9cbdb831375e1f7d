import { describe, expect, it } from '@jest/globals';
import { digestOf } from '#kernel';
import { targetId } from '#domain';
import type { HeldOrder } from '#wire';
import { diffOrders } from './diff-orders.js';

const target = targetId('00000000-0000-7000-8000-000000000001');
const other = targetId('00000000-0000-7000-8000-000000000002');
const wanted = { target, generation: 5n, orderDigest: digestOf('five') };
const held = (overrides: Partial<HeldOrder> = {}): HeldOrder => ({ target, epoch: 1n, generation: 5n, orderDigest: digestOf('five'), ...overrides });

describe('diffOrders', () => {
  it.each<[string, readonly HeldOrder[], ReturnType<typeof diffOrders>]>([
    ['sends what is not held', [], { toSend: [target], agentAhead: [] }],
    ['leaves what is held as it is', [held()], { toSend: [], agentAhead: [] }],
    ['sends over an older one', [held({ generation: 4n, orderDigest: digestOf('four') })], { toSend: [target], agentAhead: [] }],
    ['sends over one of an older epoch, whatever its generation', [held({ epoch: 0n, generation: 99n, orderDigest: digestOf('x') })], { toSend: [target], agentAhead: [] }],
    ['never sends under a newer one', [held({ generation: 6n, orderDigest: digestOf('six') })], { toSend: [], agentAhead: [target] }],
    ['never sends under one of a newer epoch', [held({ epoch: 2n, generation: 1n, orderDigest: digestOf('x') })], { toSend: [], agentAhead: [target] }],
    ['makes nothing of what only the agent holds', [held(), held({ target: other })], { toSend: [], agentAhead: [] }],
  ])('%s', (_name, holds, diff) => {
    expect(diffOrders([wanted], holds, 1n)).toEqual(diff);
  });
});
