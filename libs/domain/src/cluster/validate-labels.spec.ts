import { validateLabels, type FieldIssueCode } from '#domain';
import { describe, expect, it } from '@jest/globals';

describe('validateLabels', () => {
  it.each([{}, { env: 'prod' }, { 'app.example.com/tier': 'web-1.a_b', A: '' }, { ['a'.repeat(63)]: 'b'.repeat(63) }, { [`${'a.'.repeat(126)}b/${'c'.repeat(63)}`]: '1' }])('takes %j', (labels) => {
    expect(validateLabels(labels)).toEqual([]);
  });

  it.each<[string, string, FieldIssueCode]>([
    ['', 'x', 'LABEL_KEY_INVALID'],
    ['a b', 'x', 'LABEL_KEY_INVALID'],
    ['-a', 'x', 'LABEL_KEY_INVALID'],
    ['a-', 'x', 'LABEL_KEY_INVALID'],
    ['a/b/c', 'x', 'LABEL_KEY_INVALID'],
    ['/a', 'x', 'LABEL_KEY_INVALID'],
    ['a/', 'x', 'LABEL_KEY_INVALID'],
    ['Example.com/a', 'x', 'LABEL_KEY_INVALID'],
    ['a..b/c', 'x', 'LABEL_KEY_INVALID'],
    ['é', 'x', 'LABEL_KEY_INVALID'],
    ['a'.repeat(64), 'x', 'LABEL_KEY_INVALID'],
    [`${'a'.repeat(254)}/b`, 'x', 'LABEL_KEY_INVALID'],
    ['a', 'b c', 'LABEL_VALUE_INVALID'],
    ['a', '-b', 'LABEL_VALUE_INVALID'],
    ['a', 'b\n', 'LABEL_VALUE_INVALID'],
    ['a', 'b'.repeat(64), 'LABEL_VALUE_INVALID'],
    ['facts.capstan.dev/provider', 'aws', 'LABEL_RESERVED'],
    ['capstan.dev/x', 'y', 'LABEL_RESERVED'],
    ['other.capstan.dev/x', 'y', 'LABEL_RESERVED'],
  ])('refuses %j: %j', (key, value, code) => {
    expect(validateLabels({ [key]: value })).toEqual([expect.objectContaining({ code })]);
  });

  it('leaves alone who only ends like us', () => {
    expect(validateLabels({ 'notcapstan.dev/x': 'y', 'capstan.dev.example.com/x': 'y' })).toEqual([]);
  });

  it('refuses more than 64, and names every bad one', () => {
    expect(validateLabels(Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, ''])))).toEqual([expect.objectContaining({ code: 'TOO_MANY', path: [] })]);
    expect(validateLabels({ 'a b': '', ok: '', c: '!' }).map((issue) => issue.path)).toEqual([['a b'], ['c']]);
  });
});
