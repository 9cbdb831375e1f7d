import { describe, expect, it } from '@jest/globals';
import { digestOf } from '#kernel';
import { targetId } from '#domain';
import type { HeldOrder, Holdings } from '#wire';
import { diffOrders } from './diff-orders.js';

const target = targetId('00000000-0000-7000-8000-000000000001');
const other = targetId('00000000-0000-7000-8000-000000000002');
/** The hub wants one target at generation 5 of epoch 1, and has given generations up to 7. */
const view = { wanted: [{ target, generation: 5n, orderDigest: digestOf('five') }], epoch: 1n, upTo: 7n };
const held = (overrides: Partial<HeldOrder> = {}): HeldOrder => ({ target, epoch: 1n, generation: 5n, orderDigest: digestOf('five'), ...overrides });
const holding = (orders: readonly HeldOrder[], floor: Partial<Holdings['floor']> = {}): Holdings => ({ held: orders, floor: { epoch: 1n, generation: 0n, ...floor } });

describe('diffOrders', () => {
  it.each<[string, Holdings, ReturnType<typeof diffOrders>]>([
    ['sends what is not held', holding([]), { toSend: [target], isAgentAhead: false }],
    ['leaves what is held as it is', holding([held()]), { toSend: [], isAgentAhead: false }],
    ['sends over an older one', holding([held({ generation: 4n, orderDigest: digestOf('four') })]), { toSend: [target], isAgentAhead: false }],
    ['sends over one of an older epoch, whatever its generation', holding([held({ epoch: 0n, generation: 99n, orderDigest: digestOf('x') })]), { toSend: [target], isAgentAhead: false }],
    ['finds itself behind a newer one of a target', holding([held({ generation: 6n, orderDigest: digestOf('six') })]), { toSend: [target], isAgentAhead: true }],
    ['finds itself behind one of a newer epoch', holding([held({ epoch: 2n, generation: 1n, orderDigest: digestOf('x') })]), { toSend: [target], isAgentAhead: true }],
    ['makes nothing of what only the agent holds', holding([held(), held({ target: other })]), { toSend: [], isAgentAhead: false }],
    ['finds itself behind a generation that it has yet to give, of whatever target', holding([held(), held({ target: other, generation: 8n })]), { toSend: [], isAgentAhead: true }],
    ['finds itself behind a removal that it has yet to order', holding([], { generation: 8n }), { toSend: [target], isAgentAhead: true }],
    ['takes a removal of an older epoch for the past', holding([], { epoch: 0n, generation: 99n }), { toSend: [target], isAgentAhead: false }],
  ])('%s', (_name, holdings, diff) => {
    expect(diffOrders(view, holdings)).toEqual(diff);
  });
});
