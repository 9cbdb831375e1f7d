import { validateSelector, type FieldIssueCode, type Selector } from '#domain';
import { describe, expect, it } from '@jest/globals';

const selector = (part: Partial<Selector>): Selector => ({ all: false, matchLabels: {}, matchExpressions: [], ...part });
const fact = 'facts.capstan.dev/provider';

describe('validateSelector', () => {
  it.each<[string, Selector]>([
    ['labels', selector({ matchLabels: { env: 'prod', 'app.example.com/tier': '' } })],
    ['expressions', selector({ matchExpressions: [{ key: 'env', operator: 'In', values: ['prod', ''] }, { key: 'x', operator: 'Exists', values: [] }] })],
    ['all', selector({ all: true })],
    ['facts beside a label', selector({ matchLabels: { env: 'prod', [fact]: 'aws' } })],
    ['facts beside a label expression', selector({ matchLabels: { [fact]: 'aws' }, matchExpressions: [{ key: 'legacy', operator: 'DoesNotExist', values: [] }] })],
    ['facts that narrow all', selector({ all: true, matchLabels: { [fact]: 'aws' } })],
    ['a fact with a value that no label may have', selector({ all: true, matchLabels: { 'facts.capstan.dev/version': 'v1.36.3+k3s1' } })],
  ])('takes %s', (_name, value) => {
    expect(validateSelector(value)).toEqual([]);
  });

  it.each<[string, Selector, FieldIssueCode, readonly string[]]>([
    ['an empty one', selector({}), 'SELECTOR_EMPTY', []],
    ['facts alone', selector({ matchLabels: { [fact]: 'aws' } }), 'SELECTOR_FACTS_ALONE', []],
    ['fact expressions alone', selector({ matchExpressions: [{ key: fact, operator: 'Exists', values: [] }] }), 'SELECTOR_FACTS_ALONE', []],
    ['all beside labels', selector({ all: true, matchLabels: { env: 'prod' } }), 'SELECTOR_ALL_WITH_LABELS', ['all']],
    ['In without values', selector({ matchExpressions: [{ key: 'a', operator: 'In', values: [] }] }), 'SELECTOR_INVALID', ['matchExpressions', '0', 'values']],
    ['Exists with values', selector({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] }), 'SELECTOR_INVALID', ['matchExpressions', '0', 'values']],
    ['a bad key', selector({ matchLabels: { 'a b': 'x' } }), 'LABEL_KEY_INVALID', ['matchLabels', 'a b']],
    ['a bad value', selector({ matchExpressions: [{ key: 'a', operator: 'In', values: ['ok', 'no way'] }] }), 'LABEL_VALUE_INVALID', ['matchExpressions', '0', 'values', '1']],
    ['a key of ours that is no fact', selector({ matchLabels: { 'fact.capstan.dev/provider': 'aws' } }), 'LABEL_RESERVED', ['matchLabels', 'fact.capstan.dev/provider']],
    ['too many terms', selector({ matchLabels: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, 'v'])) }), 'TOO_MANY', []],
    ['too many values', selector({ matchExpressions: [{ key: 'a', operator: 'In', values: Array.from({ length: 257 }, String) }] }), 'TOO_MANY', ['matchExpressions', '0', 'values']],
  ])('refuses %s', (_name, value, code, path) => {
    expect(validateSelector(value)).toEqual([expect.objectContaining({ code, path })]);
  });

  it('says how to select everything', () => {
    expect(validateSelector(selector({}))[0]?.hint).toContain('all: true');
  });
});
