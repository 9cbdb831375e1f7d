import { matchesSelector, type Facts, type Labels, type Selector, type SelectorMatch } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const selector = (part: Partial<Selector>): Selector => ({ all: false, matchLabels: {}, matchExpressions: [], ...part });
const provider = 'facts.capstan.dev/provider';
const YES: SelectorMatch = { matches: true };
const LABELS: SelectorMatch = { matches: false, because: 'LABELS' };
const FACTS: SelectorMatch = { matches: false, because: 'FACTS' };

describe('matchesSelector', () => {
  it.each<[string, Selector, Labels, Facts | undefined, SelectorMatch]>([
    ['an equal label', selector({ matchLabels: { env: 'prod' } }), { env: 'prod' }, undefined, YES],
    ['another value', selector({ matchLabels: { env: 'prod' } }), { env: 'dev' }, undefined, LABELS],
    ['an absent label', selector({ matchLabels: { env: 'prod' } }), {}, undefined, LABELS],
    ['an absent label is not the empty one', selector({ matchLabels: { env: '' } }), {}, undefined, LABELS],
    ['NotIn an absent label', selector({ matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['dev'] }] }), {}, undefined, YES],
    ['NotIn a listed label', selector({ matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['dev'] }] }), { env: 'dev' }, undefined, LABELS],
    ['Exists', selector({ matchExpressions: [{ key: 'env', operator: 'Exists', values: [] }] }), { env: '' }, undefined, YES],
    ['Exists and an inherited member', selector({ matchExpressions: [{ key: 'constructor', operator: 'Exists', values: [] }] }), {}, undefined, LABELS],
    ['DoesNotExist', selector({ matchExpressions: [{ key: 'env', operator: 'DoesNotExist', values: [] }] }), { env: '' }, undefined, LABELS],
    ['all', selector({ all: true }), {}, undefined, YES],
    ['nothing said', selector({}), { env: 'prod' }, {}, LABELS],
    ['an equal fact', selector({ all: true, matchLabels: { [provider]: 'aws' } }), {}, { provider: 'aws' }, YES],
    ['a number', selector({ all: true, matchLabels: { 'facts.capstan.dev/nodes': '3' } }), {}, { nodes: 3 }, YES],
    ['a boolean', selector({ all: true, matchLabels: { 'facts.capstan.dev/gpu': 'true' } }), {}, { gpu: true }, YES],
    ['another fact', selector({ all: true, matchLabels: { [provider]: 'aws' } }), {}, { provider: 'gcp' }, FACTS],
    ['an absent fact', selector({ all: true, matchLabels: { [provider]: 'aws' } }), {}, {}, FACTS],
    ['NotIn an absent fact', selector({ all: true, matchExpressions: [{ key: provider, operator: 'NotIn', values: ['aws'] }] }), {}, {}, YES],
    ['NotIn while no facts are known', selector({ all: true, matchExpressions: [{ key: provider, operator: 'NotIn', values: ['aws'] }] }), {}, undefined, FACTS],
    ['DoesNotExist while no facts are known', selector({ all: true, matchExpressions: [{ key: provider, operator: 'DoesNotExist', values: [] }] }), {}, undefined, FACTS],
    ['labels say no as well as facts', selector({ matchLabels: { env: 'prod', [provider]: 'aws' } }), { env: 'dev' }, { provider: 'gcp' }, LABELS],
    ['a label never poses as a fact', selector({ all: true, matchLabels: { [provider]: 'aws' } }), { [provider]: 'aws' }, {}, FACTS],
    ['a fact never poses as a label', selector({ matchLabels: { env: 'prod' } }), {}, { env: 'prod' }, LABELS],
  ])('%s', (_name, one, labels, facts, expected) => {
    expect(matchesSelector(one, labels, facts)).toEqual(expected);
  });

  it('facts narrow and never widen: with fact terms it matches at most what it matches without them', () => {
    const key = fc.constantFrom('a', 'b', 'facts.capstan.dev/a', 'facts.capstan.dev/b');
    const value = fc.constantFrom('1', '2');
    const values = fc.dictionary(fc.constantFrom('a', 'b'), value);
    const expression = fc.record({ key, operator: fc.constantFrom('In' as const, 'NotIn' as const, 'Exists' as const, 'DoesNotExist' as const), values: fc.array(value) });
    fc.assert(
      fc.property(fc.array(expression), values, fc.option(values, { nil: undefined }), fc.option(values, { nil: undefined }), (matchExpressions, labels, facts, others) => {
        const labelTerms = matchExpressions.filter((term) => !term.key.startsWith('facts.'));
        const withFacts = matchesSelector(selector({ all: true, matchExpressions }), labels, facts);
        const without = matchesSelector(selector({ all: true, matchExpressions: labelTerms }), labels, undefined);
        if (withFacts.matches) expect(without).toEqual(YES);
        // Whether labels are to blame does not depend on the facts.
        const other = matchesSelector(selector({ all: true, matchExpressions }), labels, others);
        expect(withFacts.matches || withFacts.because === 'FACTS').toBe(other.matches || other.because === 'FACTS');
      }),
    );
  });
});
