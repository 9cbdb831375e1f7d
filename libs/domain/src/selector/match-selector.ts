import { assertNever } from '#kernel';
import { factNameOf, type Facts } from '../cluster/facts.js';
import type { Labels } from '../cluster/validate-labels.js';
import type { Selector, SelectorExpression } from './selector.js';

/**
 * Why a cluster is not selected. `LABELS`: the hub's own words say no, whatever the facts are. `FACTS`: the labels match and
 * only what the agent reports does not, which never removes a target.
 */
export type SelectorMatch = { readonly matches: true } | { readonly matches: false; readonly because: 'LABELS' | 'FACTS' };

/**
 * Matches as Kubernetes does (NotIn and DoesNotExist hold for an absent key). A selector that says nothing matches nothing.
 * @param facts undefined when the cluster has not reported any yet: unknown facts satisfy no term, not even a negative one.
 */
export function matchesSelector(selector: Selector, labels: Labels, facts: Facts | undefined): SelectorMatch {
  const terms = termsOf(selector);
  if (terms.length === 0 && !selector.all) return { matches: false, because: 'LABELS' };
  const isFact = (term: SelectorExpression): boolean => factNameOf(term.key) !== undefined;
  if (!terms.every((term) => isFact(term) || holds(term, valueOf(labels, term.key)))) return { matches: false, because: 'LABELS' };
  const narrowed = terms.every((term) => !isFact(term) || (facts !== undefined && holds(term, valueOf(facts, factNameOf(term.key) ?? ''))));
  return narrowed ? { matches: true } : { matches: false, because: 'FACTS' };
}

/** A term of a selector that a cluster does not satisfy. */
export interface FailedTerm {
  readonly term: SelectorExpression;
  /** What the cluster has under the key; undefined: nothing. */
  readonly value: string | undefined;
  /** The key names a fact and the cluster has not reported any yet. */
  readonly isUnknown: boolean;
}

/** Every term that keeps a cluster out, by the rules of `matchesSelector`, labels and expressions in their order. None for a selector without terms. */
export function failedTerms(selector: Selector, labels: Labels, facts: Facts | undefined): readonly FailedTerm[] {
  return termsOf(selector).flatMap((term): readonly FailedTerm[] => {
    const fact = factNameOf(term.key);
    if (fact !== undefined && facts === undefined) return [{ term, value: undefined, isUnknown: true }];
    const value = fact === undefined ? valueOf(labels, term.key) : valueOf(facts ?? {}, fact);
    return holds(term, value) ? [] : [{ term, value, isUnknown: false }];
  });
}

function termsOf(selector: Selector): readonly SelectorExpression[] {
  const equalities = Object.entries(selector.matchLabels).map(([key, value]): SelectorExpression => ({ key, operator: 'In', values: [value] }));
  return [...equalities, ...selector.matchExpressions];
}

function holds(term: SelectorExpression, value: string | undefined): boolean {
  switch (term.operator) {
    case 'In':
      return value !== undefined && term.values.includes(value);
    case 'NotIn':
      return value === undefined || !term.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return assertNever(term.operator);
  }
}

// Own members only: `constructor` is a valid label key.
function valueOf(values: Labels | Facts, key: string): string | undefined {
  return Object.hasOwn(values, key) ? String(values[key]) : undefined;
}
