import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCommitObject } from './parse-commit-object.js';

const TREE = 'a'.repeat(40);
const PARENT = 'b'.repeat(40);
const head = `tree ${TREE}\nparent ${PARENT}\nauthor Ada <ada@x> 1700000000 +0200\ncommitter Bob <bob@x> 1700000060 +0000\n`;

describe('parseCommitObject', () => {
  it('reads author, time of commit, parents and the first line', () => {
    expect(parseCommitObject('c', Buffer.from(`${head}gpgsig -----BEGIN\n author Eve <eve@x> 1 +0000\n -----END\n\nSubject\n\nauthor Eve <eve@x> 2 +0000`))).toEqual({
      id: 'c', treeId: TREE, parents: [PARENT], author: { name: 'Ada', email: 'ada@x' }, committedAt: new Date(1_700_000_060_000), subject: 'Subject',
    });
    expect(parseCommitObject('c', Buffer.from(head))).toMatchObject({ subject: '' });
    expect(parseCommitObject('c', Buffer.from(`${head}\n${'x'.repeat(900)}`))?.subject).toHaveLength(200);
  });

  it.each(['', 'tree x\n', `tree ${TREE}\n\nno author`, head.replace(TREE, 'zz'), head.replace('1700000060', 'soon')])('refuses %j', (text) => {
    expect(parseCommitObject('c', Buffer.from(text))).toBeUndefined();
  });

  it('refuses an author of a megabyte at once', () => {
    expect(parseCommitObject('a'.repeat(40), Buffer.from(head.replace(/^author .*$/m, `author ${'<'.repeat(1_000_000)}`)))).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseCommitObject('c', Buffer.from(head + text))));
  });
});
