import { isUuid, uuidV7 } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const anyTime = fc.integer({ min: 0, max: 0xffff_ffff_ffff });
const anyRandom = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe('uuidV7', () => {
  it('makes the example of RFC 9562, appendix A.6', () => {
    const random = Buffer.from('0cc318c4dc0c0c07398f', 'hex');
    expect(uuidV7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('is a UUID of version 7 and of the RFC variant, whatever the bytes', () => {
    fc.assert(
      fc.property(anyTime, anyRandom, (time, random) => {
        const id = uuidV7(time, random);
        expect(isUuid(id)).toBe(true);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(time);
      }),
    );
  });

  it('sorts by time', () => {
    fc.assert(
      fc.property(anyTime, anyTime, anyRandom, anyRandom, (a, b, randomA, randomB) => {
        fc.pre(a < b);
        expect(uuidV7(a, randomA) < uuidV7(b, randomB)).toBe(true);
      }),
    );
  });

  it('leaves the random bytes of the caller alone', () => {
    const random = new Uint8Array(10).fill(0xff);
    uuidV7(0, random);
    expect(random).toEqual(new Uint8Array(10).fill(0xff));
  });

  it.each([-1, 0.5, 2 ** 48, Number.NaN])('refuses the time %p', (time) => {
    expect(() => uuidV7(time, new Uint8Array(10))).toThrow(RangeError);
  });

  it('refuses too little randomness', () => {
    expect(() => uuidV7(0, new Uint8Array(9))).toThrow(RangeError);
  });
});

describe('isUuid', () => {
  it.each(['', '017F22E2-79B0-7CC3-98C4-DC0C0C07398F', '017f22e279b07cc398c4dc0c0c07398f', '017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n', '{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}'])(
    'refuses %j',
    (text) => {
      expect(isUuid(text)).toBe(false);
    },
  );
});
