import { formatArchiveRef, parseArchiveRef, type ArchiveWish } from '#domain';
import { describe, expect, it } from '@jest/globals';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('the ref of an archive', () => {
  it.each<[string, ArchiveWish]>([
    ['podinfo@6.x', { chart: 'podinfo', want: { kind: 'VERSION', range: '6.x' } }],
    ['podinfo@>=6.5.0 <7.0.0', { chart: 'podinfo', want: { kind: 'VERSION', range: '>=6.5.0 <7.0.0' } }],
    ['team/podinfo:latest', { chart: 'team/podinfo', want: { kind: 'TAG', tag: 'latest' } }],
    [`podinfo@${DIGEST}`, { chart: 'podinfo', want: { kind: 'DIGEST', digest: DIGEST } }],
    ['@1.x', { chart: undefined, want: { kind: 'VERSION', range: '1.x' } }],
    ['latest', { chart: undefined, want: { kind: 'TAG', tag: 'latest' } }],
    [DIGEST, { chart: undefined, want: { kind: 'DIGEST', digest: DIGEST } }],
  ])('%s stands for one wish, and the wish for it', (text, wish) => {
    expect(parseArchiveRef(text)).toEqual(wish);
    expect(formatArchiveRef(wish)).toBe(text);
  });

  it.each(['', 'feature/login', '../up@1', 'podinfo@', ':latest', 'a b:c', 'refs/heads/main'])('%j is none', (text) => {
    expect(parseArchiveRef(text)).toBeUndefined();
  });
});
