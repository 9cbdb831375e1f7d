import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTreeObject } from './parse-tree-object.js';

const entry = (mode: string, name: string | Buffer, id: string): Buffer => Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(id, 'hex')]);
const ID = '0123456789abcdef0123456789abcdef01234567';

describe('parseTreeObject', () => {
  it('reads all modes in order', () => {
    const bytes = Buffer.concat([entry('40000', 'dir', ID), entry('100644', 'a b', ID), entry('100755', 'run', ID), entry('120000', 'ünï', ID), entry('160000', 'sub', ID)]);
    expect(parseTreeObject(bytes)).toEqual({
      ok: true,
      value: [['dir', 'tree'], ['a b', 'file'], ['run', 'executable'], ['ünï', 'symlink'], ['sub', 'gitlink']].map(([name, mode]) => ({ name, mode, id: ID })),
    });
    expect(parseTreeObject(new Uint8Array())).toEqual({ ok: true, value: [] });
  });

  it('marks names that are not UTF-8', () => {
    expect(parseTreeObject(entry('100644', Buffer.from([0x61, 0xff]), ID))).toMatchObject({ ok: true, value: [{ name: 'a\ufffd' }] });
  });

  it.each([
    ['an unknown mode', entry('100600', 'a', ID)], ['a short id', entry('100644', 'a', ID.slice(2))], ['no end of the name', Buffer.from('100644 a')], ['no space', Buffer.from('100644')],
    ['rubbish after an entry', Buffer.concat([entry('100644', 'a', ID), Buffer.from('x')])],
  ])('refuses %s whole', (_name, bytes) => {
    expect(parseTreeObject(bytes)).toMatchObject({ ok: false, error: { code: 'MALFORMED_TREE' } });
  });

  it('never throws and never runs past the end', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseTreeObject(bytes)), { numRuns: 2000 });
  });
});
