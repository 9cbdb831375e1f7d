import { assertNever, err, ok, type Result } from '#kernel';
import { describe, expect, it } from '@jest/globals';

describe('Result', () => {
  const half = (n: number): Result<number, { readonly code: 'ODD'; readonly n: number }> => (n % 2 === 0 ? ok(n / 2) : err({ code: 'ODD', n }));

  it('holds a value or a failure with its fields, and the compiler knows which', () => {
    const good = half(4);
    const bad = half(3);
    expect(good.ok ? good.value : good.error.code).toBe(2);
    expect(bad.ok ? bad.value : bad.error).toEqual({ code: 'ODD', n: 3 });
  });

  it('may hold undefined as a value', () => {
    expect(ok(undefined)).toEqual({ ok: true, value: undefined });
  });
});

describe('assertNever', () => {
  it('names the value that nobody foresaw', () => {
    expect(() => assertNever({ kind: 'new' } as never)).toThrow('unforeseen case: {"kind":"new"}');
  });
});
