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

/**
 * Items of both sides. The applied list is followed in its order; items that only the live list has keep their place among those that
 * both have. A shared item whose turn has not come is passed over: it is laid down when the applied list comes to it.
 */
function mergeItems(schema: MergeSchema, live: readonly Json[], applied: readonly Json[]): readonly Json[] {
  const itemSchema = descend(schema, '').schema;
  const liveElements = live.map((item) => itemElement(schema, item));
  const appliedElements = applied.map((item) => itemElement(schema, item));
  const liveBy = new Map(liveElements.map((element, index) => [element, live[index]]));
  const isApplied = new Set(appliedElements);
  /** Shared items in the order in which the applied list will come to them. */
  const awaited = appliedElements.filter((element) => liveBy.has(element));
  const laid = new Set<PathElement>();
  const merged: Json[] = [];
  let [left, right] = [0, 0];
  const lay = (element: PathElement): void => {
    const item = applied[right];
    if (item !== undefined) merged.push(merge(itemSchema, liveBy.get(element), item));
    laid.add(element);
    right += 1;
    if (awaited[0] === element) awaited.shift();
  };
  while (left < live.length || right < applied.length) {
    const [here, wanted, item] = [liveElements[left], appliedElements[right], live[left]];
    if (here === undefined || item === undefined) {
      if (wanted !== undefined) lay(wanted);
    } else if (!isApplied.has(here)) {
      merged.push(item);
      left += 1;
    } else if (here === wanted) {
      lay(here);
      left += 1;
    } else if (wanted === undefined || laid.has(here) || (awaited[0] !== undefined && awaited[0] !== here)) {
      left += 1;
    } else {
      lay(wanted);
    }
  }
  return merged;
}
