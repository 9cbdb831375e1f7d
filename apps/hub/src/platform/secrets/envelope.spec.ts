import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '#testing';
import { createHash } from 'node:crypto';
import { Envelope } from './envelope.js';
import { MasterKeys, type MasterKey } from './master-keys.js';

const random = seededRandom(7);
const CELL = { table: 'repositories', column: 'credentials', rowId: 'r1' };

function aKey(): MasterKey {
  const key = Buffer.from(random.bytes(32));
  return { key, id: createHash('sha256').update(key).digest().subarray(0, 8) };
}

describe('Envelope', () => {
  const first = aKey();
  const envelope = new Envelope(new MasterKeys(first), random);

  it.each(['', 'hunter2', 'ü'.repeat(10_000)])('opens what it sealed', (text) => {
    expect(envelope.openText(envelope.sealText(text, CELL), CELL)).toBe(text);
  });

  it('does not show the value and never seals alike', () => {
    const sealed = envelope.sealText('hunter2', CELL);
    expect(sealed.toString('latin1')).not.toContain('hunter2');
    expect(envelope.sealText('hunter2', CELL).equals(sealed)).toBe(false);
  });

  it.each([{ ...CELL, rowId: 'r2' }, { ...CELL, column: 'webhook_secret' }, { table: 'r', column: 'epositoriescredentials', rowId: 'r1' }])('stays shut in another cell: %j', (cell) => {
    expect(() => envelope.open(envelope.sealText('x', CELL), cell)).toThrow(expect.objectContaining({ code: 'UNSEAL_FAILED' }));
  });

  it('stays shut after any change of a byte or of the length', () => {
    const sealed = envelope.sealText('hunter2', CELL);
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => envelope.open(changed, CELL)).toThrow(expect.objectContaining({ code: 'UNSEAL_FAILED' }));
      expect(() => envelope.open(sealed.subarray(0, index), CELL)).toThrow(expect.objectContaining({ code: 'UNSEAL_FAILED' }));
    }
  });

  it('opens older values after a rotation and says that they are old', () => {
    const sealed = envelope.sealText('hunter2', CELL);
    const rotated = new Envelope(new MasterKeys(aKey(), [first]), random);
    expect(rotated.openText(sealed, CELL)).toBe('hunter2');
    expect(rotated.needsRotation(sealed)).toBe(true);
    expect(rotated.needsRotation(rotated.sealText('x', CELL))).toBe(false);
    expect(() => new Envelope(new MasterKeys(aKey()), random).open(sealed, CELL)).toThrow(expect.objectContaining({ code: 'UNSEAL_FAILED' }));
  });
});
