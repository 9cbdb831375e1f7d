import { describe, expect, it } from '@jest/globals';
import { digestOf } from '#kernel';
import { contentKey, contentToKeep, releaseId, type ContentRecord } from '#domain';

const RELEASE = releaseId('01900000-0000-7000-8000-000000000001');
const order = (parameters: string) => ({ release: { id: RELEASE }, parametersDigest: digestOf(parameters) });
const record = (key: string, healthyAtMinute?: number): ContentRecord => ({ key, healthyAt: healthyAtMinute === undefined ? undefined : new Date(healthyAtMinute * 60_000) });
const kept = (records: readonly ContentRecord[], ...assigned: readonly string[]): readonly string[] => contentToKeep(records, assigned).keep.map(({ key }) => key);

describe('contentKey', () => {
  it('names a release with its parameters, fit for a Secret', () => {
    const key = contentKey(order('a'));
    expect(key).toMatch(/^capstan-content-[0-9a-f]{32}$/);
    expect(contentKey(order('b'))).not.toBe(key);
  });
});

describe('contentToKeep', () => {
  it.each<[string, readonly ContentRecord[], readonly string[], readonly string[]]>([
    ['keeps the assigned content though it was never healthy', [record('a', 1), record('b')], ['b'], ['a', 'b']],
    ['keeps the last healthy and two before it', [record('a', 1), record('b', 2), record('c', 3), record('d', 4), record('e')], ['e'], ['b', 'c', 'd', 'e']],
    ['counts an assigned content that is healthy among the three', [record('a', 1), record('b', 2), record('c', 3), record('d', 4)], ['d'], ['b', 'c', 'd']],
    ['drops what was never healthy and is not assigned', [record('a'), record('b', 2)], ['b'], ['b']],
    ['keeps what is applied beside what is assigned', [record('a'), record('b'), record('c')], ['a', 'c'], ['a', 'c']],
    ['judges by when it was healthy, not by its place', [record('new', 9), record('x', 1), record('y', 2), record('z', 3)], [], ['new', 'y', 'z']],
  ])('%s', (_name, records, assigned, expected) => {
    expect(kept(records, ...assigned)).toEqual(expected);
  });

  it('says what may be dropped', () => {
    expect(contentToKeep([record('a'), record('b')], ['b']).drop).toEqual([record('a')]);
  });
});
