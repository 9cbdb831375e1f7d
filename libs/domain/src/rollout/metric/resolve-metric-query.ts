import { err, ok, type Result } from '#kernel';
import { lookUpReference, type ParameterCluster } from '../../parameters/resolve-parameters.js';
import { formatReference, parseTemplate } from '../../parameters/parse-template.js';
import { PROMQL_START, quoteForPromql, readPromql } from './promql-quotes.js';

/** What a query may name besides its cluster. */
export const QUERY_WORDS = ['application.name', 'application.namespace', 'release.number', 'release.commit'] as const;
export type QueryWord = (typeof QUERY_WORDS)[number];

export interface QueryContext {
  readonly cluster: ParameterCluster;
  readonly words: Readonly<Record<QueryWord, string>>;
}

/** QUERY_INVALID is so everywhere; QUERY_VALUE_MISSING on this cluster, which lacks the label or the fact. */
export interface QueryFailure {
  readonly code: 'QUERY_INVALID' | 'QUERY_VALUE_MISSING';
  /** A sentence for people. */
  readonly message: string;
}

/**
 * The query for one cluster: every `{{ ... }}` is put in as text inside the quotes in which it stands, escaped, so that no value can end them; behind =~
 * and !~ it means itself and is no expression. Outside of quotes there is none. Pure.
 */
export function resolveMetricQuery(query: string, { cluster, words }: QueryContext): Result<string, QueryFailure> {
  return fill(query, (reference) => (reference.kind === 'word' ? words[reference.word] : lookUpReference(reference, cluster)), cluster.name);
}

/** What is wrong with the templates of a query on any cluster; undefined: nothing. Whether it is PromQL only Prometheus knows. */
export function metricQueryProblem(query: string): string | undefined {
  const filled = fill(query, () => '', '');
  return filled.ok ? undefined : filled.error.message;
}

type Parts = Extract<ReturnType<typeof parseTemplate<QueryWord>>, { ok: true }>['value'];
type Reference = Extract<Parts[number], { kind: 'reference' }>['reference'];

function fill(query: string, valueOf: (reference: Reference) => string | number | boolean | undefined, cluster: string): Result<string, QueryFailure> {
  const parsed = parseTemplate(query, QUERY_WORDS);
  if (!parsed.ok) return err({ code: 'QUERY_INVALID', message: `${parsed.error.template}: ${parsed.error.reason}.` });
  let place = PROMQL_START;
  let filled = '';
  for (const part of parsed.value) {
    if (part.kind === 'text') {
      place = readPromql(place, part.text);
      filled += part.text;
      continue;
    }
    const name = part.reference.kind === 'word' ? part.reference.word : formatReference(part.reference);
    if ((place.open !== '"' && place.open !== "'") || place.isEscaped) return err({ code: 'QUERY_INVALID', message: `{{ ${name} }} must stand inside quotes, as in cluster="{{ ${name} }}".` });
    const value = valueOf(part.reference);
    if (value === undefined) return err({ code: 'QUERY_VALUE_MISSING', message: `The query asks for ${name}, which cluster ${cluster} has not.` });
    filled += quoteForPromql(String(value), place.open, place.isPattern);
  }
  return ok(filled);
}
