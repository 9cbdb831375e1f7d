import type { JsonObject } from '#kernel';
import type { Facts, FactValue } from '#domain';

/** Facts that have a column of their own on the wire; no custom fact can pose as one of them. */
export const KNOWN_FACTS = ['kubernetesVersion', 'provider', 'region', 'nodes'] as const;

/**
 * The stored facts of a cluster as selectors and templates see them: flat, by name. A known text that is empty was not
 * reported, and is absent. `selectorToSql` reads them the same way.
 */
export function factsOf(stored: JsonObject): Facts {
  const custom = stored['custom'];
  const others = typeof custom === 'object' && custom !== null && !Array.isArray(custom) ? Object.entries(custom) : [];
  const known = KNOWN_FACTS.map((name): [string, unknown] => [name, stored[name]]);
  const facts = [...others.filter(([name]) => !KNOWN_FACTS.some((fact) => fact === name)), ...known.filter(([, value]) => value !== '')];
  return Object.fromEntries(facts.filter((entry): entry is [string, FactValue] => ['string', 'number', 'boolean'].includes(typeof entry[1])));
}
