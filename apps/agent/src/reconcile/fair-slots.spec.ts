import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ManualTimers } from '#testing';
import { FairSlots, type Wish } from './fair-slots.js';

const LIMITS = { quick: 3, lightForOne: 2, bulk: 2, slow: 2, most: 9, slowAfterMs: 100 };
const weightOf = ({ isLight = false }: Wish): number => (isLight ? 1 : LIMITS.lightForOne);
const BULK: Wish = { isBulk: true };
const LOOK: Wish = { isBulk: false };

/** Whoever wants to run, in the order in which they came, as a queue would let them. */
class Model {
  readonly timers = new ManualTimers();
  readonly slots = new FairSlots<string>(LIMITS, this.timers, () => this.pump());
  readonly running = new Map<string, { readonly wish: Wish; readonly sinceMs: number }>();
  waiting: { readonly id: string; readonly wish: Wish }[] = [];

  add(id: string, wish: Wish): void {
    if (!this.running.has(id) && !this.waiting.some((one) => one.id === id)) this.waiting.push({ id, wish });
    this.pump();
  }

  end(id: string): void {
    if (!this.running.delete(id)) return;
    this.slots.end(id);
  }

  pump(): void {
    const held = { bulk: false, look: false };
    for (const one of this.waiting.toSorted((a, b) => Number(a.wish.isBulk) - Number(b.wish.isBulk))) {
      const kind = one.wish.isBulk ? 'bulk' : 'look';
      held[kind] ||= this.slots.isNext(one.id, one.wish);
      if (held[kind] || !this.slots.mayBegin(one.id, one.wish)) continue;
      this.waiting = this.waiting.filter((other) => other !== one);
      this.slots.begin(one.id, one.wish);
      this.running.set(one.id, { wish: one.wish, sinceMs: this.timers.clock.nowMs() });
    }
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), id: fc.integer({ min: 0, max: 14 }), wish: fc.record({ isBulk: fc.boolean(), isLight: fc.boolean() }) }),
  fc.record({ kind: fc.constant('end' as const), id: fc.integer({ min: 0, max: 14 }) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 150 }) }),
);

describe('FairSlots', () => {
  it('never lets more run than it may, and nobody wait who may begin', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const model = new Model();
      for (const one of steps) {
        if (one.kind === 'add') model.add(String(one.id), one.wish);
        else if (one.kind === 'end') model.end(String(one.id));
        else await model.timers.advance(one.ms);
        const fresh = [...model.running.values()].filter(({ sinceMs }) => model.timers.clock.nowMs() - sinceMs < LIMITS.slowAfterMs);
        expect(model.running.size).toBeLessThanOrEqual(LIMITS.most);
        expect(fresh.reduce((sum, { wish }) => sum + weightOf(wish), 0)).toBeLessThanOrEqual((LIMITS.quick + LIMITS.slow) * LIMITS.lightForOne);
        for (const isBulk of [false, true]) {
          const waiting = model.waiting.filter(({ wish }) => wish.isBulk === isBulk);
          const next = waiting.findIndex(({ id, wish }) => model.slots.isNext(id, wish));
          expect(waiting.slice(0, next === -1 ? undefined : next).filter(({ id, wish }) => model.slots.mayBegin(id, wish))).toEqual([]);
        }
        if (model.slots.isFull) expect([BULK, LOOK, { isBulk: false, isLight: true }].some((wish) => model.slots.mayBegin('x', wish))).toBe(false);
      }
    }));
  });

  it('lets a look begin at once beside any number of bulk that hangs, up to its bound', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: LIMITS.most - 1 }), async (hanging) => {
      const model = new Model();
      for (let n = 0; n < hanging; n += 1) model.add(`hangs-${n}`, BULK);
      model.add('look', LOOK);
      expect(model.running.has('look')).toBe(true);
      model.end('look');
      for (let turn = 0; turn < hanging; turn += 1) await model.timers.advance(LIMITS.slowAfterMs);
      for (let n = 0; n < hanging; n += 1) model.end(`hangs-${n}`);
      // They come again: now they are known.
      for (let n = 0; n < hanging; n += 1) model.add(`hangs-${n}`, BULK);
      model.add('bulk', BULK);
      model.add('look', LOOK);
      expect([...model.running.keys()].filter((id) => id.startsWith('hangs')).length).toBeLessThanOrEqual(LIMITS.slow);
      expect(model.running.has('bulk') && model.running.has('look')).toBe(true);
    }));
  });

  it('lets several that are light run in the place of one, and keeps a place for looks', () => {
    const slots = new FairSlots<number>(LIMITS, new ManualTimers(), () => undefined);
    const light: Wish = { isBulk: true, isLight: true };
    const begun = [0, 1, 2, 3, 4, 5].filter((id) => {
      const may = slots.mayBegin(id, light);
      if (may) slots.begin(id, light);
      return may;
    });
    expect(begun).toEqual([0, 1, 2, 3]);
    expect(slots.mayBegin(6, LOOK)).toBe(true);
    slots.end(0);
    expect(slots.mayBegin(6, BULK)).toBe(false); // one of its weight does not fit where one light one went ...
    expect(slots.isNext(6, BULK)).toBe(true); // ... and is not overtaken by those that do
    expect(slots.mayBegin(6, light)).toBe(true);
  });
});
