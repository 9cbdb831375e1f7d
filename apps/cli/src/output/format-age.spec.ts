import { describe, expect, it } from '@jest/globals';
import { formatAge } from './format-age.js';

describe('formatAge', () => {
  it.each<[string | null | undefined, string]>([
    [undefined, '<none>'],
    [null, '<none>'],
    ['2026-01-10T12:00:05Z', '0s'],
    ['2026-01-10T11:59:18Z', '42s'],
    ['2026-01-10T11:58:01Z', '119s'],
    ['2026-01-10T11:58:00Z', '2m'],
    ['2026-01-10T10:00:00Z', '2h'],
    ['2026-01-10T08:48:00Z', '3h12m'],
    ['2026-01-08T12:00:00Z', '2d'],
  ])('%s: %s', (from, expected) => {
    expect(formatAge(from, new Date('2026-01-10T12:00:00Z'))).toBe(expected);
  });
});
