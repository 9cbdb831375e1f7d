import { digestOf, digestOfJson, parseDigest } from '#kernel';
import { describe, expect, it } from '@jest/globals';

describe('digestOf', () => {
  // Golden, computed with sha256sum.
  it.each([
    ['', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['capstan', 'sha256:7adbaa9d0c175408173de68a8078c9e7de176bee3801f98fc974f09ab5784bdd'],
  ])('of %j', (text, expected) => {
    expect(digestOf(text)).toBe(expected);
    expect(digestOf(Buffer.from(text))).toBe(expected);
  });

  it('reads a text as UTF-8', () => {
    expect(digestOf('é')).toBe(digestOf(Uint8Array.of(0xc3, 0xa9)));
  });
});

describe('digestOfJson', () => {
  // Golden, computed with sha256sum over the canonical text.
  it.each([
    [{ b: { c: 1.5 }, a: [1, 'x', null, true] }, 'sha256:93354056cf95065735ba64285d529a4655b083f7797311cc755b00cb3ec4ee4c'],
    [{ 'ﬀ': 7, '😀': 6, '€': 5, é: 4, a: 3, A: 2, '': 1 }, 'sha256:986f6b025bdc3c224c8f0ce13ae5d16cc03be7b25bd6671e89bce9bae805680c'],
  ])('of %j', (value, expected) => {
    expect(digestOfJson(value)).toBe(expected);
  });
});

describe('parseDigest', () => {
  const hex = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  it('takes what digestOf makes', () => {
    expect(parseDigest(digestOf('x'))).toBe(digestOf('x'));
  });
  it.each(['', hex, `sha512:${hex}`, `sha256:${hex.toUpperCase()}`, `sha256:${hex.slice(1)}`, `sha256:${hex}0`, ` sha256:${hex}`, `sha256:${hex}\n`])('refuses %j', (text) => {
    expect(parseDigest(text)).toBeUndefined();
  });
});
