import type { Json, JsonObject } from '#kernel';
import { isList, isObject } from './read-json.js';

/** `object` with the value at `path` replaced, or left out when it is undefined. Members on the way are created. */
export function withAt(object: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined) return object;
  const member = object[name];
  const changed = rest.length === 0 ? value : withAt(isObject(member) ? member : {}, rest, value);
  if (changed !== undefined) return { ...object, [name]: changed };
  const { [name]: _left, ...others } = object;
  return others;
}

/** `value` filled up with members that only `defaults` has, at every depth of objects. */
export function withDefaults(value: JsonObject, defaults: JsonObject): JsonObject {
  const filled: Record<string, Json | undefined> = { ...value };
  for (const [name, fallback] of Object.entries(defaults)) {
    const member = filled[name];
    if (member === undefined) filled[name] = fallback;
    else if (isObject(member) && isObject(fallback)) filled[name] = withDefaults(member, fallback);
  }
  return filled;
}

/** `value` without null members of objects: what the typed kinds of Kubernetes do to them on the way in. */
export function withoutNulls(value: JsonObject): JsonObject {
  const kept: Record<string, Json | undefined> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === null || member === undefined) continue;
    kept[name] = withoutNullsInside(member);
  }
  return kept;
}

function withoutNullsInside(value: Json): Json {
  if (isObject(value)) return withoutNulls(value);
  return isList(value) ? value.map(withoutNullsInside) : value;
}

/** Deep equality of JSON; an undefined member counts as absent. */
export function equalJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (isList(left) && isList(right)) return left.length === right.length && left.every((item, index) => equalJson(item, right[index]));
  if (!isObject(left) || !isObject(right)) return false;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const name of names) if (!equalJson(left[name], right[name])) return false;
  return true;
}
