import { describe, expect, it } from '@jest/globals';
import { HealPacing } from './heal-pacing.js';

describe('HealPacing', () => {
  it('is at once at first, doubles its pause, and has a longest one', () => {
    const pacing = new HealPacing();
    const pauses = Array.from({ length: 14 }, () => {
      const pause = Math.max(0, pacing.nextAtMs('x', 1_000) - 1_000);
      pacing.tried('x', 1_000);
      return pause;
    });
    expect(pauses).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]);
    expect(pacing.nextAtMs('y', 1_000)).toBe(0);
  });

  it('forgets a fight that is over', () => {
    const pacing = new HealPacing();
    for (let turn = 0; turn < 8; turn += 1) pacing.tried('x', 0);
    expect(pacing.nextAtMs('x', 600_001)).toBe(0);
    pacing.tried('x', 600_001);
    expect(pacing.nextAtMs('x', 600_002)).toBe(0);
  });
});
