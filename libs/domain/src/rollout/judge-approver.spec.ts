import { judgeApprover, type CommitPeople } from '#domain';
import { describe, expect, it } from '@jest/globals';

const WROTE: CommitPeople = { isComplete: true, people: [{ email: 'ada@example.com', commit: 'c1' }, { email: 'bob@example.com', commit: 'c2' }] };

describe('judgeApprover', () => {
  it.each<[string, readonly string[], CommitPeople, ReturnType<typeof judgeApprover>]>([
    ['somebody else', ['eve@example.com'], WROTE, undefined],
    ['an author', ['bob@example.com'], WROTE, { code: 'APPROVER_IS_AUTHOR', email: 'bob@example.com', commit: 'c2' }],
    ['an author by another spelling', [' BOB@Example.com '], WROTE, { code: 'APPROVER_IS_AUTHOR', email: 'bob@example.com', commit: 'c2' }],
    ['an author by a second address', ['eve@example.com', 'ada@example.com'], WROTE, { code: 'APPROVER_IS_AUTHOR', email: 'ada@example.com', commit: 'c1' }],
    ['somebody without an address', [], WROTE, { code: 'APPROVER_EMAIL_UNKNOWN' }],
    ['somebody with an empty one', [' '], WROTE, { code: 'APPROVER_EMAIL_UNKNOWN' }],
    ['somebody without an address, where nobody wrote it', [], { isComplete: true, people: [] }, { code: 'APPROVER_EMAIL_UNKNOWN' }],
    ['somebody else, where not all are known', ['eve@example.com'], { ...WROTE, isComplete: false }, { code: 'AUTHORS_UNKNOWN' }],
    ['an author, where not all are known', ['ada@example.com'], { ...WROTE, isComplete: false }, { code: 'APPROVER_IS_AUTHOR', email: 'ada@example.com', commit: 'c1' }],
    ['anybody with an address, of what has no authors', ['eve@example.com'], { isComplete: true, people: [] }, undefined],
  ])('of %s', (_name, emails, authors, expected) => expect(judgeApprover(emails, authors)).toEqual(expected));
});
