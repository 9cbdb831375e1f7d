import type { Json } from '#kernel';
import { isList, isObject } from '../json/read-json.js';
import type { FieldSet } from './field-set.js';
import { descend, itemElement, partsOf, type MergeSchema } from './merge-schema.js';
import { memberElement, type PathElement } from './path-element.js';

/** `live` with everything that `applied` says laid over it. What only one side has stays; items of merged lists keep the applied order. Pure. */
export function merge(schema: MergeSchema, live: Json | undefined, applied: Json): Json {
  if (live === undefined || partsOf(schema, live) === undefined || partsOf(schema, applied) === undefined) return applied;
  if (isObject(live) && isObject(applied)) {
    const merged: Record<string, Json | undefined> = { ...live };
    for (const [name, member] of Object.entries(applied)) {
      if (member !== undefined) merged[name] = merge(descend(schema, memberElement(name)).schema, live[name], member);
    }
    return merged;
  }
  return isList(live) && isList(applied) ? mergeItems(schema, live, applied) : applied;
}

/** `value` without the members of `set`. What becomes empty by that is null, or gone where it was an item: whoever claims it still does. */
export function withoutFields(schema: MergeSchema, value: Json, set: FieldSet): Json {
  const keep = (element: PathElement, item: Json): Json | undefined => {
    const cut = set.children.get(element);
    if (cut === undefined) return item;
    return cut.isMember ? undefined : withoutFields(descend(schema, element).schema, item, cut);
  };
  if (partsOf(schema, value) === undefined) return value;
  if (isObject(value)) {
    const kept: Record<string, Json | undefined> = {};
    for (const [name, member] of Object.entries(value)) {
      const left = member === undefined ? undefined : keep(memberElement(name), member);
      if (left !== undefined) kept[name] = left;
    }
    return Object.keys(kept).length === 0 && Object.keys(value).length > 0 ? null : kept;
  }
  if (!isList(value)) return value;
  const items = value.map((item) => keep(itemElement(schema, item), item)).filter((item) => item !== undefined && item !== null);
  return items.length === 0 && value.length > 0 ? null : items;
}

/** Items of both sides: shared ones where the applied list has them, live ones keep their place before the next shared item. */
function mergeItems(schema: MergeSchema, live: readonly Json[], applied: readonly Json[]): readonly Json[] {
  const itemSchema = descend(schema, '').schema;
  const liveBy = new Map(live.map((item) => [itemElement(schema, item), item]));
  const appliedElements = new Set(applied.map((item) => itemElement(schema, item)));
  const merged: Json[] = [];
  let next = 0;
  const takeLiveOnly = (): void => {
    for (let item = live[next]; item !== undefined && !appliedElements.has(itemElement(schema, item)); item = live[next]) {
      merged.push(item);
      next += 1;
    }
  };
  takeLiveOnly();
  for (const item of applied) {
    const element = itemElement(schema, item);
    merged.push(merge(itemSchema, liveBy.get(element), item));
    const here = live[next];
    if (here === undefined || !liveBy.has(element)) continue;
    // Passing a shared item frees the live-only items that followed it.
    next += 1;
    takeLiveOnly();
  }
  merged.push(...live.slice(next).filter((item) => !appliedElements.has(itemElement(schema, item))));
  return merged;
}
