import type { Json, JsonObject } from '#kernel';

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value at a path of member names; undefined where any step is missing or not an object. Own members only. */
export function fieldOf(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let at = value;
  for (const name of path) {
    if (!isJsonObject(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
}

export function textOf(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = fieldOf(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function numberOf(value: Json | undefined, ...path: readonly string[]): number | undefined {
  const found = fieldOf(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** A list at a path; what is missing or no list reads as empty. */
export function listOf(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = fieldOf(value, ...path);
  return isJsonList(found) ? found : [];
}
