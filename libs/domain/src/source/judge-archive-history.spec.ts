import { judgeArchiveHistory, type HistoryVerdict, type RefPoint } from '#domain';
import { describe, expect, it } from '@jest/globals';

const at = (fullRef: string, commit: string): RefPoint => ({ fullRef, commit });
const FOLLOWED: HistoryVerdict = { kind: 'FOLLOWED', isApproved: false };
const rewritten = (rewrite: 'DELETED' | 'TAG_MOVED' | 'RENAMED'): HistoryVerdict => ({ kind: 'REWRITTEN', rewrite });

describe('the history of an archive', () => {
  it.each<[string, RefPoint | undefined, RefPoint | undefined, HistoryVerdict]>([
    ['the first version', undefined, at('version/1.0.0', 'a'), FOLLOWED],
    ['nothing, ever', undefined, undefined, { kind: 'ABSENT' }],
    ['the same again', at('version/1.0.0', 'a'), at('version/1.0.0', 'a'), FOLLOWED],
    ['a higher version', at('version/1.9.0', 'a'), at('version/1.10.0', 'b'), FOLLOWED],
    ['a tag that moved', at('tag/latest', 'a'), at('tag/latest', 'b'), FOLLOWED],
    ['a version with another content', at('version/1.0.0', 'a'), at('version/1.0.0', 'b'), rewritten('TAG_MOVED')],
    ['a lower version, as the higher one went', at('version/1.1.0', 'a'), at('version/1.0.0', 'b'), rewritten('DELETED')],
    ['nothing any more', at('version/1.1.0', 'a'), undefined, rewritten('DELETED')],
    ['a tag that went', at('tag/latest', 'a'), undefined, rewritten('DELETED')],
  ])('%s', (_name, good, seen, verdict) => {
    expect(judgeArchiveHistory({ good, approved: undefined }, seen)).toEqual(verdict);
  });

  it('goes where a person approved of it, and nowhere else', () => {
    const good = at('version/1.0.0', 'a');
    const approved = at('version/1.0.0', 'b');
    expect(judgeArchiveHistory({ good, approved }, approved)).toEqual({ kind: 'FOLLOWED', isApproved: true });
    expect(judgeArchiveHistory({ good, approved }, at('version/1.0.0', 'c'))).toEqual(rewritten('TAG_MOVED'));
  });
});
