import type { Json, JsonObject } from '#kernel';
import { isList, isObject } from '../json/read-json.js';
import { keyElement, memberElement, valueElement, type PathElement } from './path-element.js';

/**
 * How a value merges under server-side apply. `atomic`: as a whole. `struct`: member by member, unlisted members by `ANY`, or as
 * entries of a map where it has `others`.
 * `map`: member by member too, but its members are data, not declared fields. `list`: item by item, found by key fields
 * (with the default that stands for an absent key field). `set`: item by item, found by value. `any`: objects as structs, lists whole.
 */
export type MergeSchema =
  | { readonly kind: 'any' }
  | { readonly kind: 'atomic' }
  | { readonly kind: 'struct'; readonly fields: { readonly [name: string]: MergeSchema }; readonly others?: MergeSchema }
  | { readonly kind: 'map'; readonly values: MergeSchema }
  | { readonly kind: 'list'; readonly keys: { readonly [name: string]: Json | undefined }; readonly items: MergeSchema }
  | { readonly kind: 'set' };

export const ANY: MergeSchema = { kind: 'any' };
export const ATOMIC: MergeSchema = { kind: 'atomic' };
export const SET: MergeSchema = { kind: 'set' };
export const MAP: MergeSchema = { kind: 'map', values: ANY };

export function struct(fields: { readonly [name: string]: MergeSchema }): MergeSchema {
  return { kind: 'struct', fields };
}

/** A list merged by keys: `'name'`, or `{ containerPort: undefined, protocol: 'TCP' }` where one has a default. */
export function listBy(keys: string | { readonly [name: string]: Json | undefined }, items: MergeSchema = ANY): MergeSchema {
  return { kind: 'list', keys: typeof keys === 'string' ? { [keys]: undefined } : keys, items };
}

export interface Part {
  readonly schema: MergeSchema;
  readonly value: Json;
  /** A field that the type declares, as opposed to an entry of a map or an item of a list. */
  readonly isDeclared: boolean;
}

/** The parts into which a value falls for merging, by path element, or undefined when it counts as a whole. */
export function partsOf(schema: MergeSchema, value: Json | undefined): ReadonlyMap<PathElement, Part> | undefined {
  if (isObject(value) && (schema.kind === 'struct' || schema.kind === 'map' || schema.kind === 'any')) return membersOf(schema, value);
  if (!isList(value) || (schema.kind !== 'list' && schema.kind !== 'set')) return undefined;
  const parts = new Map<PathElement, Part>();
  for (const item of value) {
    const element = itemElement(schema, item);
    if (!parts.has(element)) parts.set(element, { ...descend(schema, element), value: item });
  }
  return parts;
}

/** The element by which an item of a list is found. */
export function itemElement(schema: MergeSchema, item: Json): PathElement {
  if (schema.kind !== 'list') return valueElement(item);
  const keys: Record<string, Json> = {};
  for (const [name, fallback] of Object.entries(schema.keys)) {
    const value = (isObject(item) ? item[name] : undefined) ?? fallback;
    if (value !== undefined && value !== null) keys[name] = value;
  }
  return keyElement(keys);
}

/** The schema one step further down. */
export function descend(schema: MergeSchema, element: PathElement): Omit<Part, 'value'> {
  switch (schema.kind) {
    case 'struct':
      return { schema: schema.fields[element.slice(2)] ?? schema.others ?? ANY, isDeclared: schema.others === undefined || schema.fields[element.slice(2)] !== undefined };
    case 'map':
      return { schema: schema.values, isDeclared: false };
    case 'list':
      return { schema: schema.items, isDeclared: false };
    case 'set':
      return { schema: ATOMIC, isDeclared: false };
    default:
      return { schema: ANY, isDeclared: true };
  }
}

function membersOf(schema: MergeSchema, value: JsonObject): ReadonlyMap<PathElement, Part> {
  const parts = new Map<PathElement, Part>();
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) parts.set(memberElement(name), { ...descend(schema, memberElement(name)), value: member });
  }
  return parts;
}
