import { describe, expect, it } from '@jest/globals';
import { err, noFailpoints, ok, type Log } from '#kernel';
import { aClock } from '#testing';
import { anAssignment, aTombstone, signed } from '../../test/test-orders.js';
import { OrderDesk } from './order-desk.js';

describe('OrderDesk', () => {
  /** Orders of these generations cannot be stored. */
  function aDesk(...unstorable: readonly bigint[]) {
    const told: unknown[] = [];
    const log: Log = { debug: () => undefined, info: (message, fields) => void (message === 'an order was taken' && told.push(fields)), warn: () => undefined, error: () => undefined };
    const orders = {
      loadAll: () => Promise.resolve(ok({ orders: [], unreadable: [] } as never)),
      put: ({ order }: { readonly order: { readonly generation: bigint } }) => Promise.resolve(unstorable.includes(order.generation) ? err({ code: 'UNREADABLE', message: 'a test' } as never) : ok(undefined)),
      remove: () => Promise.resolve(ok(undefined)),
    };
    return { told, desk: new OrderDesk({ orders, reports: { offer: () => undefined }, clock: aClock(), failpoints: noFailpoints, log }) };
  }

  it('tells each order that it takes, with its version and what it wants', async () => {
    const { desk, told } = aDesk();
    const next = anAssignment({ generation: 6, release: 'two' });
    await desk.accept([await signed(next), await signed(aTombstone({ application: 'old', generation: 7, mode: 'ORPHAN' }))], new AbortController().signal);
    expect(told).toEqual([
      { kind: 'ASSIGNMENT', target: next.target, application: 'default/shop', epoch: next.epoch, generation: 6n, release: next.release.id, commit: next.release.commit },
      expect.objectContaining({ kind: 'TOMBSTONE', application: 'default/old', generation: 7n, mode: 'ORPHAN' }),
    ]);
  });

  /** Kill seed 7000 of the hub: the session broke in the middle of a batch, and what was in force from then on was in no log. */
  it('tells those that it has taken although one beside them could not be stored', async () => {
    const { desk, told } = aDesk(8n);
    const both = [await signed(anAssignment({ generation: 6, release: 'two' })), await signed(anAssignment({ application: 'web', generation: 8, release: 'three' }))];
    await expect(desk.accept(both, new AbortController().signal)).rejects.toThrow('an order could not be stored');
    expect(desk.held().map(({ generation }) => generation)).toEqual([6n]);
    expect(told).toEqual([expect.objectContaining({ generation: 6n })]);
  });
});
