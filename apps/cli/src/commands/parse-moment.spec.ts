import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { parseMoment } from './parse-moment.js';

const NOW = new Date('2026-11-26T12:00:00Z');

describe('parseMoment', () => {
  it.each([
    ['2026-11-26T10:00:00Z', '2026-11-26T10:00:00.000Z'], ['2026-11-26T10:00:00.123Z', '2026-11-26T10:00:00.123Z'], ['2026-11-26T10:00:00+02:00', '2026-11-26T08:00:00.000Z'],
    ['2026-11-26 10:00', '2026-11-26T10:00:00.000Z'], ['2026-11-26', '2026-11-26T00:00:00.000Z'], ['90m', '2026-11-26T10:30:00.000Z'], ['1h30m', '2026-11-26T10:30:00.000Z'],
    ['7d', '2026-11-19T12:00:00.000Z'], ['2w', '2026-11-12T12:00:00.000Z'], ['0s', '2026-11-26T12:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseMoment(text, NOW).toISOString()).toBe(expected);
  });

  it.each(['', 'yesterday', '10:00', '2026-13-01', '2026-02-30', '2026-11-26T25:00Z', '26.11.2026', '-2h', '2', '1y', '1795687200'])('refuses %j, naming what it takes', (text) => {
    expect(() => parseMoment(text, NOW)).toThrow(expect.objectContaining({ exitCode: EXIT.USAGE, next: expect.stringContaining('how long ago') }));
  });
});
