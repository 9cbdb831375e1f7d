import { describe, expect, it } from '@jest/globals';
import { cutLogs, type TestResult } from '#domain';

const result = (log: string): TestResult => ({ ref: { group: '', kind: 'Pod', namespace: 'shop', name: 'a' }, state: 'SUCCEEDED', message: '', log });

describe('cutLogs', () => {
  it.each<[string, readonly string[], number, readonly string[]]>([
    ['all that fits', ['aa', 'bb'], 4, ['aa', 'bb']],
    ['the last whole, of the one before the end', ['aa', 'xbb', 'cc'], 4, ['', 'bb', 'cc']],
    ['the end of one that is longer than all', ['aa', 'bbbbb'], 3, ['', 'bbb']],
  ])('keeps %s', (_title, logs, most, kept) => {
    expect(cutLogs(logs.map(result), most).map(({ log }) => log)).toEqual(kept);
  });
});
