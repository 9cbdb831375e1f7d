import { describe, expect, it } from '@jest/globals';
import { FURTHER_AUTHORS, type CommitPeople } from '../release/commit-people.js';
import { describePromotion } from './describe-git-write.js';

const people = (count: number, isComplete = true): CommitPeople => ({ isComplete, people: Array.from({ length: count }, (_, n) => ({ email: `p${n}@example.com`, commit: 'c' })) });
const coAuthors = (of: CommitPeople): readonly string[] =>
  [...describePromotion({ project: 'default', application: 'prod', from: 'staging', release: { number: 1, commit: 'c' }, soak: '0s', people: of }).matchAll(/^Co-authored-by: .*<(.*)>$/gm)].map(([, email = '']) => email);

describe('describePromotion', () => {
  it.each<[string, CommitPeople, number, boolean]>([
    ['nobody', people(0), 0, false], ['all', people(60), 60, false], ['fewer than there are', people(61), 60, true], ['those who are known', people(1, false), 1, true], ['nobody of whom one is not known', people(0, false), 0, true],
  ])('names %s, and says when they are not all', (_name, given, named, hasMore) => {
    const found = coAuthors(given);
    expect([found.filter((email) => email !== FURTHER_AUTHORS).length, found.includes(FURTHER_AUTHORS)]).toEqual([named, hasMore]);
  });
});
