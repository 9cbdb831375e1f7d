import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { parseDuration } from './parse-duration.js';

describe('parseDuration', () => {
  it.each<[string, number]>([['500ms', 500], ['90s', 90_000], ['2m', 120_000], ['1h30m', 5_400_000], ['0s', 0], ['24h', 86_400_000]])('%s is %i ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', '5', 's', '1x', '1.5h', '-1s', '1m 30s', '25h', '999999999h'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ exitCode: EXIT.USAGE }));
  });
});
