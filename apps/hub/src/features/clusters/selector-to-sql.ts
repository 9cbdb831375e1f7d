import { assertNever } from '#kernel';
import { factNameOf, type Selector, type SelectorExpression } from '#domain';
import { KNOWN_FACTS } from './facts-of.js';

/**
 * A condition on rows of `clusters` that holds exactly where `matchesSelector` does. Values go into `parameters`, which grows.
 * Facts that were never reported satisfy no term on facts.
 */
export function selectorToSql(selector: Selector, parameters: unknown[]): string {
  const equalities = Object.entries(selector.matchLabels).map(([key, value]): SelectorExpression => ({ key, operator: 'In', values: [value] }));
  const terms = [...equalities, ...selector.matchExpressions];
  if (terms.length === 0) return selector.all ? 'true' : 'false';
  return terms.map((term) => `(${termToSql(term, parameters)})`).join(' AND ');
}

function termToSql(term: SelectorExpression, parameters: unknown[]): string {
  const fact = factNameOf(term.key);
  const name = `$${parameters.push(fact ?? term.key)}::text`;
  const value = fact === undefined ? `labels ->> ${name}` : KNOWN_FACTS.some((known) => known === fact) ? `nullif(facts ->> ${name}, '')` : `facts -> 'custom' ->> ${name}`;
  const known = fact === undefined ? '' : 'facts_at IS NOT NULL AND ';
  const list = (): string => `$${parameters.push([...term.values])}::text[]`;
  switch (term.operator) {
    case 'In':
      return `${known}${value} = ANY(${list()})`;
    case 'NotIn':
      return `${known}(${value} IS NULL OR ${value} <> ALL(${list()}))`;
    case 'Exists':
      return `${known}${value} IS NOT NULL`;
    case 'DoesNotExist':
      return `${known}${value} IS NULL`;
    default:
      return assertNever(term.operator);
  }
}
