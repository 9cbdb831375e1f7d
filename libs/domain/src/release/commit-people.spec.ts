import { emailOf, MAX_COMMIT_PEOPLE, mergePeople, NOBODY, type CommitPeople } from '#domain';
import { describe, expect, it } from '@jest/globals';

const of = (...emails: readonly string[]): CommitPeople => ({ isComplete: true, people: emails.map((email) => ({ email, commit: `of ${email}` })) });

describe('mergePeople', () => {
  it.each<[string, readonly CommitPeople[], CommitPeople]>([
    ['nothing', [], NOBODY],
    ['each address once, with the first commit', [of('a', 'b'), { isComplete: true, people: [{ email: 'b', commit: 'later' }, { email: 'c', commit: 'x' }] }], { isComplete: true, people: [...of('a', 'b').people, { email: 'c', commit: 'x' }] }],
    ['no address at all', [of('', 'a')], of('a')],
    ['what is not all', [of('a'), { ...of('b'), isComplete: false }], { ...of('a', 'b'), isComplete: false }],
  ])('of %s', (_name, parts, expected) => expect(mergePeople(parts)).toEqual(expected));

  it('says that more than anybody wrote are cut', () => {
    const merged = mergePeople([of(...Array.from({ length: MAX_COMMIT_PEOPLE + 1 }, (_, n) => `p${n}`))]);
    expect([merged.isComplete, merged.people.length]).toEqual([false, MAX_COMMIT_PEOPLE]);
  });
});

describe('emailOf', () => {
  it.each([[' Ada@Example.COM ', 'ada@example.com'], ['', '']])('of %j is %j', (text, email) => expect(emailOf(text)).toBe(email));
});
