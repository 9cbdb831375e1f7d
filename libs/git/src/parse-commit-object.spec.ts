import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCommitObject } from './parse-commit-object.js';

const TREE = 'a'.repeat(40);
const PARENT = 'b'.repeat(40);
const head = `tree ${TREE}\nparent ${PARENT}\nauthor Ada <ada@x> 1700000000 +0200\ncommitter Bob <bob@x> 1700000060 +0000\n`;

describe('parseCommitObject', () => {
  it('reads author, time of commit, parents and the first line', () => {
    expect(parseCommitObject('c', Buffer.from(`${head}gpgsig -----BEGIN\n author Eve <eve@x> 1 +0000\n -----END\n\nSubject\n\nauthor Eve <eve@x> 2 +0000`))).toEqual({
      id: 'c', treeId: TREE, parents: [PARENT], author: { name: 'Ada', email: 'ada@x' }, committer: { name: 'Bob', email: 'bob@x' }, coAuthors: [], committedAt: new Date(1_700_000_060_000), subject: 'Subject',
    });
    expect(parseCommitObject('c', Buffer.from(head))).toMatchObject({ subject: '' });
    expect(parseCommitObject('c', Buffer.from(`${head}\n${'x'.repeat(900)}`))?.subject).toHaveLength(200);
  });

  it.each(['', 'tree x\n', `tree ${TREE}\n\nno author`, head.replace(TREE, 'zz'), head.replace('1700000060', 'soon')])('refuses %j', (text) => {
    expect(parseCommitObject('c', Buffer.from(text))).toBeUndefined();
  });

  it('reads co-authors wherever they stand, in any spelling, and no more than 64', () => {
    const coAuthors = (message: string): readonly string[] | undefined => parseCommitObject('c', Buffer.from(`${head}\n${message}`))?.coAuthors.map(({ name, email }) => `${name} <${email}>`);
    expect(coAuthors('Subject\n\nco-authored-By: Eve E <eve@x>  \r\n\nmore\nCo-Authored-By:<dan@x>\nNot Co-authored-by: Tim <tim@x>\nCo-authored-by: nobody')).toEqual(['Eve E <eve@x>', ' <dan@x>']);
    expect(coAuthors(Array.from({ length: 99 }, (_, n) => `Co-authored-by: N <n${n}@x>`).join('\n'))).toHaveLength(64);
    // A message is anybody's: a pattern that looks back takes the square of the time.
    for (const hostile of ['Co-authored-by: '.repeat(50_000), `Co-authored-by:${' '.repeat(1_000_000)}`, `Co-authored-by:${'<'.repeat(1_000_000)}`]) expect(coAuthors(hostile)).toEqual([]);
  });

  it('refuses an author of a megabyte at once', () => {
    expect(parseCommitObject('a'.repeat(40), Buffer.from(head.replace(/^author .*$/m, `author ${'<'.repeat(1_000_000)}`)))).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseCommitObject('c', Buffer.from(head + text))));
  });
});
