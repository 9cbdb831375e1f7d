import { describe, expect, it } from '@jest/globals';
import { DateTime, Duration, formatDuration, GitSha } from './scalars.js';

describe('Duration', () => {
  it.each([['1m', 60_000], ['5m30s', 330_000], ['500ms', 500], ['24h', 86_400_000], ['0s', 0], ['PT5M30S', 330_000], ['P1DT1H', 90_000_000], ['90s', 90_000]])('reads %s', (text, ms) => {
    expect(Duration.parseValue(text)).toBe(ms);
  });

  it.each(['', '5', 'm', '-1m', '1m 30s', 'P', 'PT', '1y', 60, null, '99999999999999999h'])('refuses %j', (value) => {
    expect(() => Duration.parseValue(value)).toThrow('Duration must be');
  });

  it.each([[90_000, '1m30s'], [0, '0s'], [1, '1ms'], [3_600_000, '1h'], [90_061_001, '25h1m1s1ms']])('writes %i as %s and reads it back', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
    expect(Duration.parseValue(text)).toBe(ms);
  });
});

describe('DateTime', () => {
  it('reads a time with a zone and nothing else', () => {
    expect(DateTime.parseValue('2026-11-01T13:00:00+01:00')).toEqual(new Date('2026-11-01T12:00:00Z'));
    for (const bad of ['2026-11-01', '2026-11-01T12:00:00', 'now', 0, '2026-13-01T12:00:00Z']) expect(() => DateTime.parseValue(bad)).toThrow('DateTime must be');
  });
});

describe('GitSha', () => {
  it('is a full id', () => {
    for (const good of ['a'.repeat(40), `sha256:${'b'.repeat(64)}`]) expect(GitSha.parseValue(good)).toBe(good);
    for (const bad of ['abc', 'A'.repeat(40), `${'a'.repeat(40)}\n`, 1]) expect(() => GitSha.parseValue(bad)).toThrow('GitSha must be');
  });
});
