import { err, ok, type Result } from '#kernel';
import type { FieldIssue } from '../field-issue.js';

export type FactValue = string | number | boolean;

/** What an agent says of its cluster: version, provider, region, nodes. Claims, not truth: they only ever narrow a selector. */
export interface Facts {
  readonly [name: string]: FactValue;
}

/** How selectors name a fact: `facts.capstan.dev/<name>`. */
export const FACT_KEY_PREFIX = 'facts.capstan.dev/';
export const MAX_FACTS = 64;
export const MAX_FACT_LENGTH = 256;

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
// Control characters would forge lines in tables and logs.
const CONTROL = /\p{Cc}/u;

/** The name of the fact that a selector key means, or undefined for a label key. */
export function factNameOf(selectorKey: string): string | undefined {
  return selectorKey.startsWith(FACT_KEY_PREFIX) ? selectorKey.slice(FACT_KEY_PREFIX.length) : undefined;
}

export function isFactName(name: string): boolean {
  return NAME.test(name);
}

/**
 * Facts from a report, as a whole: one bad fact refuses them all, so that the last good ones stay and nothing bad is
 * taken for an absent fact.
 */
export function parseFacts(input: { readonly [name: string]: unknown }): Result<Facts, readonly FieldIssue[]> {
  const entries = Object.entries(input);
  if (entries.length > MAX_FACTS) return err([{ code: 'TOO_MANY', path: [], message: `A cluster has at most ${MAX_FACTS} facts, these are ${entries.length}.` }]);
  const facts: [string, FactValue][] = [];
  const issues: FieldIssue[] = [];
  for (const [name, value] of entries) {
    if (!isFactName(name)) issues.push({ code: 'FACT_NAME_INVALID', path: [name.slice(0, 80)], message: `${JSON.stringify(name.slice(0, 80))} is not the name of a fact.` });
    else if (isFactValue(value)) facts.push([name, value]);
    else issues.push({ code: 'FACT_VALUE_INVALID', path: [name], message: `Fact ${name} is a text of up to ${MAX_FACT_LENGTH} printable characters, a finite number or a boolean.` });
  }
  return issues.length === 0 ? ok(Object.fromEntries(facts)) : err(issues);
}

function isFactValue(value: unknown): value is FactValue {
  if (typeof value === 'string') return value.length <= MAX_FACT_LENGTH && !CONTROL.test(value);
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
