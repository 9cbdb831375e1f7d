import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeHistory, type Ancestry, type HistoryVerdict, type RefLine, type RefPoint } from '#domain';

const branch = (commit: string, name = 'main'): RefPoint => ({ fullRef: `refs/heads/${name}`, commit: commit.repeat(40) });
const tag = (commit: string, name = 'main'): RefPoint => ({ fullRef: `refs/tags/${name}`, commit: commit.repeat(40) });
const line = (good?: RefPoint, approved?: RefPoint): RefLine => ({ good, approved });
const asked = (fromGood: Ancestry, fromApproved: Ancestry = 'NO'): { fromGood: Ancestry; fromApproved: Ancestry } => ({ fromGood, fromApproved });

const FOLLOWED: HistoryVerdict = { kind: 'FOLLOWED', isApproved: false };
const APPROVED: HistoryVerdict = { kind: 'FOLLOWED', isApproved: true };
const UNDECIDED: HistoryVerdict = { kind: 'UNDECIDED' };
const rewritten = (rewrite: 'DELETED' | 'RENAMED' | 'TAG_MOVED' | 'DIVERGED'): HistoryVerdict => ({ kind: 'REWRITTEN', rewrite });

describe('judgeHistory', () => {
  it.each<[string, RefLine, RefPoint | undefined, ReturnType<typeof asked>, HistoryVerdict]>([
    ['knows nothing of a name that never was', line(), undefined, asked('NO'), { kind: 'ABSENT' }],
    ['follows what it sees for the first time', line(), branch('a'), asked('UNKNOWN'), FOLLOWED],
    ['follows a branch that stays', line(branch('a')), branch('a'), asked('UNKNOWN'), FOLLOWED],
    ['follows a branch that grows', line(branch('a')), branch('b'), asked('YES'), FOLLOWED],
    ['holds a branch that lost a commit', line(branch('a')), branch('b'), asked('NO'), rewritten('DIVERGED')],
    ['decides nothing while the history cannot be read', line(branch('a')), branch('b'), asked('UNKNOWN'), UNDECIDED],
    ['holds when a branch is gone', line(branch('a')), undefined, asked('NO'), rewritten('DELETED')],
    ['follows a tag that stays', line(tag('a')), tag('a'), asked('UNKNOWN'), FOLLOWED],
    ['holds a tag that moved, even forward', line(tag('a')), tag('b'), asked('YES'), rewritten('TAG_MOVED')],
    ['holds a tag that moved without asking the history', line(tag('a')), tag('b'), asked('UNKNOWN'), rewritten('TAG_MOVED')],
    ['holds when a tag is gone', line(tag('a')), undefined, asked('NO'), rewritten('DELETED')],
    ['holds a branch that takes the name of a tag, even at the same commit', line(tag('a')), branch('a'), asked('YES'), rewritten('RENAMED')],
    ['holds a tag that is left where a branch was', line(branch('a')), tag('a'), asked('YES'), rewritten('RENAMED')],
    ['goes on at the commit that was approved', line(branch('a'), branch('b')), branch('b'), asked('NO', 'UNKNOWN'), APPROVED],
    ['goes on at what grew from the approved commit', line(branch('a'), branch('b')), branch('c'), asked('NO', 'YES'), APPROVED],
    ['takes the approval of another commit for nothing', line(branch('a'), branch('b')), branch('c'), asked('NO', 'NO'), rewritten('DIVERGED')],
    ['takes the approval of a commit under another name for nothing', line(tag('a'), branch('b')), tag('b'), asked('NO', 'NO'), rewritten('TAG_MOVED')],
    ['does not let an approved tag grow', line(tag('a'), tag('b')), tag('c'), asked('NO', 'YES'), rewritten('TAG_MOVED')],
    ['heals by itself while an approval lies there', line(branch('a'), branch('b')), branch('c'), asked('YES', 'UNKNOWN'), FOLLOWED],
    ['decides nothing while it cannot tell whether it grew from what was approved', line(branch('a'), branch('b')), branch('c'), asked('NO', 'UNKNOWN'), UNDECIDED],
    ['holds a deleted branch whatever was approved', line(branch('a'), branch('b')), undefined, asked('NO'), rewritten('DELETED')],
    ['goes on where a branch was approved in place of a tag', line(tag('a'), branch('b')), branch('b'), asked('NO'), APPROVED],
  ])('%s', (_name, before, seen, ancestry, expected) => {
    expect(judgeHistory(before, seen, ancestry)).toEqual(expected);
  });

  const point = fc.record({ fullRef: fc.constantFrom('refs/heads/x', 'refs/tags/x', 'HEAD'), commit: fc.constantFrom('a', 'b', 'c', 'd') });
  const maybe = fc.option(point, { nil: undefined });
  const ancestry = fc.constantFrom<Ancestry>('YES', 'NO', 'UNKNOWN');

  it('never follows without the same point, a growth or the approval of that move, and never calls rewritten what it cannot tell', () => {
    fc.assert(
      fc.property(point, maybe, maybe, ancestry, ancestry, (good, approved, seen, fromGood, fromApproved) => {
        const verdict = judgeHistory({ good, approved }, seen, { fromGood, fromApproved });
        if (verdict.kind !== 'FOLLOWED') return;
        const isIn = [good, ...(approved === undefined ? [] : [approved])].some((one) => one.fullRef === seen?.fullRef && (one.commit === seen.commit || !seen.fullRef.startsWith('refs/tags/')));
        expect(isIn).toBe(true);
        const isTold = seen?.commit === good.commit || seen?.commit === approved?.commit || fromGood === 'YES' || fromApproved === 'YES';
        expect(isTold).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('without an approval is never more lenient than with one, and says the same of what needs none', () => {
    fc.assert(
      fc.property(point, maybe, maybe, ancestry, ancestry, (good, approved, seen, fromGood, fromApproved) => {
        const without = judgeHistory({ good, approved: undefined }, seen, { fromGood, fromApproved });
        const withOne = judgeHistory({ good, approved }, seen, { fromGood, fromApproved });
        if (without.kind === 'FOLLOWED') expect(withOne.kind).toBe('FOLLOWED');
        if (withOne.kind === 'REWRITTEN') expect(without).toEqual(withOne);
      }),
      { numRuns: 2_000 },
    );
  });
});
