import { describe, expect, it } from '@jest/globals';
import { aClock, seededRandom, T0 } from '#testing';
import { CERTIFICATE_BACKDATE_MS } from '#wire';
import { isExpired, renewInMs } from './renewal.js';

const HOUR = 3_600_000;
const identity = { notBefore: new Date(T0.getTime() - CERTIFICATE_BACKDATE_MS), notAfter: new Date(T0.getTime() + 24 * HOUR) };

describe('renewal', () => {
  it('comes at 50 to 66 % of the life, never at the same time for all', () => {
    const random = seededRandom(3);
    const waits = Array.from({ length: 200 }, () => renewInMs(identity, aClock(), random));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(12 * HOUR);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15.84 * HOUR);
    expect(new Set(waits).size).toBeGreaterThan(150);
  });

  it('comes at once when its time is past', () => {
    expect(renewInMs(identity, aClock(new Date(T0.getTime() + 20 * HOUR)), seededRandom())).toBe(0);
  });

  it('is too late at the end of the certificate', () => {
    expect(isExpired(identity, aClock(new Date(T0.getTime() + 24 * HOUR - 1)))).toBe(false);
    expect(isExpired(identity, aClock(new Date(T0.getTime() + 24 * HOUR)))).toBe(true);
  });
});
