import type { Json, JsonObject } from '#kernel';

/**
 * One step of a path in the spelling of fieldsV1: `f:name` for a member, `k:{"name":"x"}` for an item of a list merged by key,
 * `v:"x"` for an item of a set. The spelling is canonical, so that equal steps are equal strings.
 */
export type PathElement = string;

export function memberElement(name: string): PathElement {
  return `f:${name}`;
}

export function keyElement(keys: JsonObject): PathElement {
  const sorted = Object.keys(keys).toSorted();
  return `k:{${sorted.map((name) => `${JSON.stringify(name)}:${JSON.stringify(keys[name])}`).join(',')}}`;
}

export function valueElement(value: Json): PathElement {
  return `v:${JSON.stringify(value)}`;
}

/** The path as conflicts show it: `.spec.containers[name="web"].image`, `.metadata.finalizers[="x"]`. */
export function formatPath(path: readonly PathElement[]): string {
  return path.map(formatElement).join('');
}

function formatElement(element: PathElement): string {
  const text = element.slice(2);
  if (element.startsWith('f:')) return `.${text}`;
  if (element.startsWith('v:')) return `[=${text}]`;
  const keys: unknown = JSON.parse(text);
  const pairs = typeof keys === 'object' && keys !== null ? Object.entries(keys) : [];
  return `[${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}
