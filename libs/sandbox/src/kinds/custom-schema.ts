import type { Json, JsonObject } from '#kernel';
import { hasType, typeName } from './json-types.js';
import { METADATA } from './merge-schemas.js';
import { METADATA_FIELDS } from './metadata-fields.js';
import { isList, isObject, objectAt, stringAt, stringsAt } from '../json/read-json.js';
import { ANY, ATOMIC, listBy, MAP, SET, struct, type MergeSchema } from '../managed-fields/merge-schema.js';

/** The openAPIV3Schema of a custom resource, as far as the sandbox follows it: all but rules in CEL. */
export type CustomSchema = JsonObject;

const IDENTITY = ['apiVersion', 'kind', 'metadata'];

/** The merge rules that `x-kubernetes-list-type`, `-list-map-keys` and `-map-type` state. */
export function customMergeSchema(schema: CustomSchema): MergeSchema {
  const listType = stringAt(schema, 'x-kubernetes-list-type');
  if (stringAt(schema, 'type') === 'array') {
    if (listType === 'set') return SET;
    const items = objectAt(schema, 'items');
    const defaultOf = (key: string): Json | undefined => objectAt(items, 'properties', key)['default'];
    if (listType === 'map') return listBy(Object.fromEntries(stringsAt(schema, 'x-kubernetes-list-map-keys').map((key) => [key, defaultOf(key)])), customMergeSchema(items));
    return ATOMIC;
  }
  if (stringAt(schema, 'x-kubernetes-map-type') === 'atomic') return ATOMIC;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  if (isObject(schema['properties']) || isEmbedded) {
    const declared = Object.entries(objectAt(schema, 'properties')).map(([name, member]): [string, MergeSchema] => [name, isObject(member) ? customMergeSchema(member) : ANY]);
    const fields = { ...(isEmbedded ? { apiVersion: ANY, kind: ANY, metadata: METADATA } : {}), ...Object.fromEntries(declared) };
    return isOpen ? { kind: 'struct', fields, others: MAP } : struct(fields);
  }
  if (isObject(schema['additionalProperties'])) return { kind: 'map', values: customMergeSchema(schema['additionalProperties']) };
  return isOpen ? MAP : ANY;
}

/** An object as the schema lets it be: without undeclared members, and with defaults where members are missing. What is stored may be of an older schema. */
export function customForm(schema: CustomSchema, object: JsonObject): JsonObject {
  const { apiVersion, kind, metadata } = object;
  const kept = withCustomDefaults(schema, pruned(schema, object));
  return { ...(isObject(kept) ? kept : {}), apiVersion, kind, metadata };
}

/**
 * The object without nulls where the schema has no place for them: what is done to objects as they are sent or read. What an apply merges
 * is not treated so: there a null is left for the schema to judge.
 */
export function withoutUnfitNulls(schema: CustomSchema, object: JsonObject): JsonObject {
  const { apiVersion, kind, metadata } = object;
  const kept = fitting(schema, object);
  return { ...(isObject(kept) ? kept : {}), apiVersion, kind, metadata };
}

function fitting(schema: CustomSchema, value: Json): Json {
  if (isList(value)) return value.map((item) => fitting(objectAt(schema, 'items'), item));
  if (!isObject(value)) return value;
  const kept: Record<string, Json | undefined> = {};
  for (const [name, member] of Object.entries(value)) {
    const declared = objectAt(schema, 'properties')[name];
    const rule = objectAt({ rule: declared ?? schema['additionalProperties'] }, 'rule');
    const isUnfit = member === null && isObject(declared) && declared['nullable'] !== true && declared['default'] === undefined;
    if (member !== undefined && !isUnfit) kept[name] = fitting(rule, member);
  }
  return kept;
}

/** `value` with the schema's defaults where members are missing. */
export function withCustomDefaults(schema: CustomSchema, value: Json): Json {
  if (isList(value)) return value.map((item) => withCustomDefaults(objectAt(schema, 'items'), item));
  if (!isObject(value)) return value;
  const filled: Record<string, Json | undefined> = { ...value };
  for (const [name, member] of Object.entries(objectAt(schema, 'properties'))) {
    if (!isObject(member)) continue;
    const isReplaceable = filled[name] === undefined || (filled[name] === null && member['nullable'] !== true);
    const present = isReplaceable ? (member['default'] ?? filled[name]) : filled[name];
    if (present !== undefined) filled[name] = withCustomDefaults(member, present);
  }
  const others = schema['additionalProperties'];
  if (isObject(others)) for (const [name, member] of Object.entries(filled)) if (member !== undefined && objectAt(schema, 'properties')[name] === undefined) filled[name] = withCustomDefaults(others, member);
  return filled;
}

/** Undeclared members are dropped, as structural schemas do, unless the schema preserves them. */
export function pruned(schema: CustomSchema, value: Json): Json {
  if (isList(value)) return value.map((item) => pruned(objectAt(schema, 'items'), item));
  if (!isObject(value)) return value;
  const declared = objectAt(schema, 'properties');
  const others = schema['additionalProperties'] ?? schema['x-kubernetes-preserve-unknown-fields'];
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const kept: Record<string, Json | undefined> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const rule = declared[name] ?? others;
    if (isEmbedded && IDENTITY.includes(name)) kept[name] = name === 'metadata' ? knownMetadata(member) : member;
    else if (isObject(rule)) kept[name] = pruned(rule, member);
    else if (rule === true) kept[name] = member;
  }
  return kept;
}

function knownMetadata(metadata: Json): Json {
  return isObject(metadata) ? Object.fromEntries(Object.entries(metadata).filter(([name]) => METADATA_FIELDS.includes(name))) : metadata;
}

/** The path of the first field that a structural schema does not declare, where it does not keep such fields. */
export function undeclaredField(schema: CustomSchema, value: Json, path: string): string | undefined {
  if (isList(value)) return firstOf(value.map((item, index) => undeclaredField(objectAt(schema, 'items'), item, `${path}[${index}]`)));
  if (!isObject(value) || Object.keys(schema).length === 0) return undefined;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  return firstOf(
    Object.entries(value).map(([name, member]) => {
      if (isEmbedded && IDENTITY.includes(name)) return undefined;
      const rule = objectAt(schema, 'properties')[name] ?? schema['additionalProperties'] ?? schema['x-kubernetes-preserve-unknown-fields'];
      if (rule === undefined) return `${path}.${name}`;
      return isObject(rule) && member !== undefined ? undeclaredField(rule, member, `${path}.${name}`) : undefined;
    }),
  );
}

/** The first value of another type than the schema says. */
export function wrongType(schema: CustomSchema, value: Json | undefined, path: string): { readonly path: string; readonly why: string } | undefined {
  if (value === undefined || value === null) return undefined;
  const type = stringAt(schema, 'type');
  if (schema['x-kubernetes-int-or-string'] !== true && type !== undefined && !hasType(type, value)) {
    const expected = type === 'integer' || type === 'number' ? 'numeric (int or float)' : type;
    return { path, why: `expected ${expected}, got ${typeName(value)}` };
  }
  if (isList(value)) return firstOf(value.map((item, index) => wrongType(objectAt(schema, 'items'), item, `${path}[${index}]`)));
  if (!isObject(value)) return undefined;
  return firstOf(
    Object.entries(value).map(([name, member]) => {
      const rule = objectAt(schema, 'properties')[name] ?? schema['additionalProperties'];
      return isObject(rule) ? wrongType(rule, member, `${path}.${name}`) : undefined;
    }),
  );
}

function firstOf<T>(found: readonly (T | undefined)[]): T | undefined {
  return found.find((one) => one !== undefined);
}
