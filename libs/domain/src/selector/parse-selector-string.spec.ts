import { formatSelector, parseSelectorString, type Selector } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const selector = (matchLabels: Selector['matchLabels'], ...matchExpressions: Selector['matchExpressions']): Selector => ({ all: false, matchLabels, matchExpressions });

describe('parseSelectorString', () => {
  it.each<[string, Selector]>([
    ['env=prod', selector({ env: 'prod' })],
    ['env==prod', selector({ env: 'prod' })],
    ['env=', selector({ env: '' })],
    ['tier!=edge', selector({}, { key: 'tier', operator: 'NotIn', values: ['edge'] })],
    ['region in (eu,us)', selector({}, { key: 'region', operator: 'In', values: ['eu', 'us'] })],
    ['region notin ( eu , us )', selector({}, { key: 'region', operator: 'NotIn', values: ['eu', 'us'] })],
    ['region in(eu,eu)', selector({}, { key: 'region', operator: 'In', values: ['eu'] })],
    ['region in (eu,)', selector({}, { key: 'region', operator: 'In', values: ['eu', ''] })],
    ['!legacy', selector({}, { key: 'legacy', operator: 'DoesNotExist', values: [] })],
    ['! legacy', selector({}, { key: 'legacy', operator: 'DoesNotExist', values: [] })],
    ['has', selector({}, { key: 'has', operator: 'Exists', values: [] })],
    ['in in (in,notin)', selector({}, { key: 'in', operator: 'In', values: ['in', 'notin'] })],
    ['constructor=x', selector({ constructor: 'x' })],
    ['app.example.com/tier=web', selector({ 'app.example.com/tier': 'web' })],
    ['env=prod,env=eu', selector({ env: 'prod' }, { key: 'env', operator: 'In', values: ['eu'] })],
    ['facts.capstan.dev/version=v1.36.3+k3s1', selector({ 'facts.capstan.dev/version': 'v1.36.3+k3s1' })],
    [
      ' env = prod , tier != edge , region in (eu,us), !legacy , has ',
      selector(
        { env: 'prod' },
        { key: 'tier', operator: 'NotIn', values: ['edge'] },
        { key: 'region', operator: 'In', values: ['eu', 'us'] },
        { key: 'legacy', operator: 'DoesNotExist', values: [] },
        { key: 'has', operator: 'Exists', values: [] },
      ),
    ],
  ])('reads %j', (text, expected) => {
    expect(parseSelectorString(text)).toEqual({ ok: true, value: expected });
  });

  it.each<[string, number, string]>([
    ['', 0, ''],
    ['  ', 2, ''],
    [',', 0, ','],
    ['env=prod,', 9, ''],
    ['env=prod,,a', 9, ',a'],
    ['env=prod tier=web', 9, 'tier=web'],
    ['env=a=b', 5, '=b'],
    ['env prod', 4, 'prod'],
    ['size>3', 4, '>3'],
    ['size in 3', 8, '3'],
    ['size in (a', 10, ''],
    ['size in (a b)', 11, 'b)'],
    ['size in a)', 8, 'a)'],
    ['!env=prod', 4, '=prod'],
    ['!', 1, ''],
    ['-env=prod', 0, '-env=prod'],
    ['env=-x', 4, '-x'],
    ['Example.com/x=1', 0, 'Example.com/x=1'],
    ['__proto__=x', 0, '__proto__=x'],
    ['*', 0, '*'],
    [`k=${'v'.repeat(64)}`, 2, 'v'.repeat(40)],
  ])('refuses %j at %i', (text, position, rest) => {
    expect(parseSelectorString(text)).toMatchObject({ ok: false, error: { code: 'SELECTOR_INVALID', position, text: rest } });
  });

  it('refuses a text that is too long', () => {
    expect(parseSelectorString('a'.repeat(9_000))).toMatchObject({ ok: false, error: { code: 'SELECTOR_INVALID', position: 0 } });
  });

  it('reads back what formatSelector writes', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
    const key = fc.oneof(name, name.map((text) => `example.com/${text}`), fc.constantFrom('in', 'notin', 'constructor'));
    const values = fc.uniqueArray(fc.oneof(name, fc.constant('')), { minLength: 1, maxLength: 3 });
    const expression = fc.oneof(
      fc.record({ key, operator: fc.constantFrom('In' as const, 'NotIn' as const), values }),
      fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const), values: fc.constant([]) }),
    );
    const any = fc.record({ all: fc.constant(false), matchLabels: fc.dictionary(key, name, { minKeys: 1, maxKeys: 4 }), matchExpressions: fc.array(expression, { maxLength: 4 }) });
    fc.assert(
      fc.property(any, (one) => {
        expect(parseSelectorString(formatSelector(one))).toEqual({ ok: true, value: { ...one, matchLabels: { ...one.matchLabels } } });
      }),
    );
  });

  it('never throws, and fails inside the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'in', 'notin', ' ', ',', '(', ')', '!', '=', '<', '/', '.', '\n', '€') }), (text) => {
        const parsed = parseSelectorString(text);
        if (!parsed.ok) expect(parsed.error.position).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('formatSelector', () => {
  it('sorts labels, keeps the order of expressions, and says * for all', () => {
    expect(formatSelector(selector({ tier: 'web', env: 'prod' }, { key: 'z', operator: 'NotIn', values: ['1'] }, { key: 'a', operator: 'In', values: ['1', '2'] }))).toBe('env=prod,tier=web,z!=1,a in (1,2)');
    expect(formatSelector({ all: true, matchLabels: {}, matchExpressions: [] })).toBe('*');
  });
});
