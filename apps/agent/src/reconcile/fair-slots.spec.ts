import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ManualTimers } from '#testing';
import { FairSlots } from './fair-slots.js';

const LIMITS = { quick: 3, bulk: 2, slow: 2, most: 9, slowAfterMs: 100 };

/** Whoever wants to run, in the order in which they came, as a queue would let them. */
class Model {
  readonly timers = new ManualTimers();
  readonly slots = new FairSlots<string>(LIMITS, this.timers, () => this.pump());
  readonly running = new Map<string, { readonly isBulk: boolean; readonly sinceMs: number }>();
  waiting: { readonly id: string; readonly isBulk: boolean }[] = [];

  add(id: string, isBulk: boolean): void {
    if (!this.running.has(id) && !this.waiting.some((one) => one.id === id)) this.waiting.push({ id, isBulk });
    this.pump();
  }

  end(id: string): void {
    if (!this.running.delete(id)) return;
    this.slots.end(id);
  }

  pump(): void {
    for (const one of this.waiting.toSorted((a, b) => Number(a.isBulk) - Number(b.isBulk))) {
      if (!this.slots.mayBegin(one.id, one.isBulk)) continue;
      this.waiting = this.waiting.filter((other) => other !== one);
      this.slots.begin(one.id, one.isBulk);
      this.running.set(one.id, { isBulk: one.isBulk, sinceMs: this.timers.clock.nowMs() });
    }
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), id: fc.integer({ min: 0, max: 14 }), isBulk: fc.boolean() }),
  fc.record({ kind: fc.constant('end' as const), id: fc.integer({ min: 0, max: 14 }) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 150 }) }),
);

describe('FairSlots', () => {
  it('never lets more run than it may, and nobody wait who may begin', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const model = new Model();
      for (const one of steps) {
        if (one.kind === 'add') model.add(String(one.id), one.isBulk);
        else if (one.kind === 'end') model.end(String(one.id));
        else await model.timers.advance(one.ms);
        const fresh = [...model.running.values()].filter(({ sinceMs }) => model.timers.clock.nowMs() - sinceMs < LIMITS.slowAfterMs);
        expect(model.running.size).toBeLessThanOrEqual(LIMITS.most);
        expect(fresh.length).toBeLessThanOrEqual(LIMITS.quick + LIMITS.slow);
        expect(model.waiting.filter(({ id, isBulk }) => model.slots.mayBegin(id, isBulk))).toEqual([]);
        if (model.slots.isFull) expect(['x', 'y'].some((id) => model.slots.mayBegin(id, id === 'x'))).toBe(false);
      }
    }));
  });

  it('lets a look begin at once beside any number of bulk that hangs, up to its bound', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: LIMITS.most - 1 }), async (hanging) => {
      const model = new Model();
      for (let n = 0; n < hanging; n += 1) model.add(`hangs-${n}`, true);
      model.add('look', false);
      expect(model.running.has('look')).toBe(true);
      model.end('look');
      for (let turn = 0; turn < hanging; turn += 1) await model.timers.advance(LIMITS.slowAfterMs);
      for (let n = 0; n < hanging; n += 1) model.end(`hangs-${n}`);
      // They come again: now they are known.
      for (let n = 0; n < hanging; n += 1) model.add(`hangs-${n}`, true);
      model.add('bulk', true);
      model.add('look', false);
      expect([...model.running.keys()].filter((id) => id.startsWith('hangs')).length).toBeLessThanOrEqual(LIMITS.slow);
      expect(model.running.has('bulk') && model.running.has('look')).toBe(true);
    }));
  });
});
