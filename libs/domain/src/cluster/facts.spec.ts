import { parseFacts } from '#domain';
import { describe, expect, it } from '@jest/globals';

describe('parseFacts', () => {
  it('takes texts, numbers and booleans', () => {
    const facts = { version: 'v1.36.3+k3s1', nodes: 3, 'gpu.present': false, region: '', 'os-image': 'Ubuntu 26.04 LTS' };
    expect(parseFacts(facts)).toEqual({ ok: true, value: facts });
  });

  it.each<[string, Record<string, unknown>, string, readonly string[]]>([
    ['a name with a slash', { 'a/b': 'x' }, 'FACT_NAME_INVALID', ['a/b']],
    ['an empty name', { '': 'x' }, 'FACT_NAME_INVALID', ['']],
    ['a long name', { ['a'.repeat(64)]: 'x' }, 'FACT_NAME_INVALID', ['a'.repeat(64)]],
    ['a long text', { a: 'x'.repeat(257) }, 'FACT_VALUE_INVALID', ['a']],
    ['a line break', { a: 'x\ny' }, 'FACT_VALUE_INVALID', ['a']],
    ['no number', { a: Number.NaN }, 'FACT_VALUE_INVALID', ['a']],
    ['null', { a: null }, 'FACT_VALUE_INVALID', ['a']],
    ['a list', { a: ['x'] }, 'FACT_VALUE_INVALID', ['a']],
    ['too many', Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`f${n}`, n])), 'TOO_MANY', []],
  ])('refuses %s', (_name, input, code, path) => {
    expect(parseFacts(input)).toEqual({ ok: false, error: [expect.objectContaining({ code, path })] });
  });

  it('refuses all for one, so that a bad fact never reads as an absent one', () => {
    expect(parseFacts({ good: 'x', bad: null }).ok).toBe(false);
  });
});
