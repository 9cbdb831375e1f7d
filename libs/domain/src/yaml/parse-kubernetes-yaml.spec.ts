import { parseKubernetesYaml, type YamlFailure } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const values = (text: string): readonly unknown[] => {
  const parsed = parseKubernetesYaml(text, 'a.yaml');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value.map((document) => document.value);
};
const failure = (text: string): YamlFailure => {
  const parsed = parseKubernetesYaml(text, 'apps/a.yaml');
  if (parsed.ok) throw new Error('it was taken');
  return parsed.error;
};

describe('parseKubernetesYaml', () => {
  it('reads a stream, with the line of each document, and leaves out the empty ones', () => {
    const parsed = parseKubernetesYaml('# nothing\n---\na: 1\n---\n---\n# c\n\nb: [2]\n---\nnull\n', 'a.yaml');
    expect(parsed).toEqual({ ok: true, value: [{ value: { a: 1 }, line: 3 }, { value: { b: [2] }, line: 8 }] });
  });

  it.each<[string, string, Partial<YamlFailure>]>([
    ['a duplicate key', 'a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n', { code: 'DUPLICATE_KEY', key: 'c', line: 5, column: 3 }],
    ['a duplicate key by another spelling', '1: a\n0x1: b\n', { code: 'DUPLICATE_KEY', key: '1', line: 2 }],
    ['a duplicate __proto__', '__proto__: 1\n__proto__: 2\n', { code: 'DUPLICATE_KEY', key: '__proto__', line: 2 }],
    ['wrong indentation', 'a:\n    b: 1\n  c: 2\n', { code: 'INVALID_YAML', line: 3 }],
    ['an open bracket', 'a: [1, 2\nb: 3\n', { code: 'INVALID_YAML', line: 2 }],
    ['an error in the second document', 'a: 1\n---\nb: {\n', { code: 'INVALID_YAML', line: 3 }],
    ['an integer that JSON would round', 'a: 9007199254740993\n', { code: 'INVALID_YAML', line: 1 }],
    ['infinity', 'a:\n- .inf\n', { code: 'INVALID_YAML', line: 2 }],
    ['an unknown alias', 'a: *b\n', { code: 'INVALID_YAML', line: 1, column: 4 }],
    ['an alias inside its anchor', 'a: &a [*a]\n', { code: 'INVALID_YAML', line: 1 }],
    ['a control character', 'a: b\nc: \u0007\n', { code: 'INVALID_YAML', line: 2, column: 4 }],
    ['a line separator that parsers read differently', 'a: b\u2028c\n', { code: 'INVALID_YAML', line: 1 }],
    ['half a surrogate pair', 'a: "\\ud800"\n', { code: 'INVALID_YAML', line: 1 }],
    ['a line that looks like a directive', '%a: b\n', { code: 'INVALID_YAML', line: 1 }],
    ['more than 100 aliases', `a: &a 1\nb: [${Array(101).fill('*a').join(', ')}]\n`, { code: 'YAML_LIMIT', line: 2 }],
    ['more than 100 levels in brackets', '['.repeat(101) + ']'.repeat(101), { code: 'YAML_LIMIT', line: 1 }],
    ['more than 100 levels by indentation', Array.from({ length: 102 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), { code: 'YAML_LIMIT' }],
    ['more than 100 levels through aliases', `a: &a ${'['.repeat(60)}1${']'.repeat(60)}\nb: ${'['.repeat(60)}*a${']'.repeat(60)}\n`, { code: 'YAML_LIMIT', line: 2 }],
  ])('refuses %s', (_name, text, expected) => {
    expect(failure(text)).toMatchObject({ file: 'apps/a.yaml', ...expected });
  });

  it('takes 100 levels and 100 aliases', () => {
    expect(values('['.repeat(100) + ']'.repeat(100))).toHaveLength(1);
    expect(values(`a: &a 1\nb: [${Array(100).fill('*a').join(', ')}]\n`)).toHaveLength(1);
  });

  it('stops an alias bomb by the values it would expand to', () => {
    const levels = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]`);
    expect(failure(['l0: &l0 [a, a, a, a, a, a, a, a, a]', ...levels].join('\n'))).toMatchObject({ code: 'YAML_LIMIT' });
  });

  it('survives a million brackets', () => {
    expect(failure('['.repeat(1_000_000))).toMatchObject({ code: 'YAML_LIMIT' });
    expect(failure('{a: '.repeat(300_000))).toMatchObject({ code: 'YAML_LIMIT' });
    expect(failure('- '.repeat(300_000))).toMatchObject({ code: 'YAML_LIMIT' });
  });

  it('keeps __proto__ an ordinary member, merged as well', () => {
    for (const text of ['__proto__: {polluted: true}\n', '<<: {__proto__: {polluted: true}}\n', 'a: &a {__proto__: {polluted: true}}\nb: *a\n']) {
      const [value] = values(text);
      expect(JSON.stringify(value)).toContain('"__proto__":{"polluted":true}');
      expect(Reflect.get(Object.prototype, 'polluted')).toBeUndefined();
    }
    const [value] = values('__proto__: {polluted: true}\n');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('never shows a value in a failure', () => {
    for (const text of ['a: hunter2: b\n', 'a: "hunter2\n', 'hunter2\nb: c\n', 'a: [hunter2\nb: c', 'a: !!int hunter2\n', 'a: !!bool hunter2\n', '"hunter2"x: b\n', 'a: |x hunter2\n', '%hunter2\n---\na: b\n', 'a: *hunter2\n']) {
      expect(JSON.stringify(failure(text))).not.toContain('hunter2');
    }
  });

  it('never throws and always answers', () => {
    const yamlish = fc.string({ unit: fc.constantFrom(...'ab1 \n\t:-?[]{},&*!|>\'"%@`#~<.\\_ex', '\n', '\n  ', '- ', ': ', '---\n', '&a ', '*a', '<<: ', '!!int ', '\r', '\ud800', '\u0000'), maxLength: 200 });
    fc.assert(fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary' }), fc.json()), (text) => {
      const parsed = parseKubernetesYaml(text, 'a.yaml');
      if (parsed.ok) JSON.stringify(parsed.value);
      else expect(parsed.error.line).toBeGreaterThan(0);
    }), { numRuns: 2000 });
  });

  it('reads back all JSON', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value);
      if (/(?<![\d.])-?\d{16,}(?!\.|\d*e)/.test(text) || /[\u007f-\u009f\u2028\u2029\ufffe\uffff]/.test(text)) return;
      expect(JSON.stringify(values(text)[0] ?? null)).toBe(JSON.stringify(JSON.parse(text)));
    }), { numRuns: 1000 });
  });
});
