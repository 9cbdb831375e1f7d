import { describe, expect, it } from '@jest/globals';
import { checkPktLines } from './check-pkt-lines.js';

const whole = Buffer.from('001e# service=git-upload-pack\n0000000fabc refs/x\n0000');

describe('checkPktLines', () => {
  it('takes frames without a gap that end in a flush', () => {
    expect(checkPktLines(whole)).toEqual({ kind: 'whole', packets: 2 });
    expect(checkPktLines(Buffer.from('0000'))).toEqual({ kind: 'whole', packets: 0 });
  });

  it('takes no answer that was cut anywhere, except after an earlier flush', () => {
    const afterFlush = new Set([30 + 4]);
    for (let length = 0; length < whole.length; length++) {
      expect([length, checkPktLines(whole.subarray(0, length)).kind]).toEqual([length, afterFlush.has(length) ? 'whole' : 'broken']);
    }
  });

  it('hears what the server says on its error channels', () => {
    expect(checkPktLines(Buffer.from('0013ERR not our ref'))).toEqual({ kind: 'error', message: 'not our ref' });
    expect(checkPktLines(Buffer.from('000b\u0003failed0000'))).toMatchObject({ kind: 'error', message: 'failed' });
  });

  it.each(['', 'zzzz', '<html></html>', 'ffff', '0005'])('refuses %j', (text) => {
    expect(checkPktLines(Buffer.from(text)).kind).toBe('broken');
  });
});
