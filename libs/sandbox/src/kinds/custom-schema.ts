import type { Json, JsonObject } from '#kernel';
import { invalidValue, required, type FieldCause } from './field-cause.js';
import { isList, isObject, listAt, objectAt, stringAt, stringsAt } from '../json/read-json.js';
import { ANY, ATOMIC, listBy, MAP, SET, struct, type MergeSchema } from '../managed-fields/merge-schema.js';

/** The openAPIV3Schema of a custom resource, as far as the sandbox follows it: types, required fields, enums, defaults, merge rules. */
export type CustomSchema = JsonObject;

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
  if (isObject(schema['properties'])) {
    return struct(Object.fromEntries(Object.entries(schema['properties']).map(([name, member]) => [name, isObject(member) ? customMergeSchema(member) : ANY])));
  }
  if (isObject(schema['additionalProperties'])) return { kind: 'map', values: customMergeSchema(schema['additionalProperties']) };
  return schema['x-kubernetes-preserve-unknown-fields'] === true ? MAP : ANY;
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
  return filled;
}

/** Undeclared members are dropped, as structural schemas do, unless the schema preserves them. */
export function pruned(schema: CustomSchema, value: Json): Json {
  if (isList(value)) return value.map((item) => pruned(objectAt(schema, 'items'), item));
  if (!isObject(value) || schema['x-kubernetes-preserve-unknown-fields'] === true) return value;
  const declared = objectAt(schema, 'properties');
  const others = schema['additionalProperties'];
  const kept: Record<string, Json | undefined> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const rule = declared[name] ?? others;
    if (isObject(rule)) kept[name] = pruned(rule, member);
    else if (rule === true) kept[name] = member;
  }
  return kept;
}

/** The path of the first field that a structural schema does not declare, where it does not keep such fields. */
export function undeclaredField(schema: CustomSchema, value: Json, path: string): string | undefined {
  if (isList(value)) return firstOf(value.map((item, index) => undeclaredField(objectAt(schema, 'items'), item, `${path}[${index}]`)));
  if (!isObject(value) || schema['x-kubernetes-preserve-unknown-fields'] === true || Object.keys(schema).length === 0) return undefined;
  return firstOf(
    Object.entries(value).map(([name, member]) => {
      const rule = objectAt(schema, 'properties')[name] ?? schema['additionalProperties'];
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

/** What of `value` breaks the schema. */
export function customCauses(schema: CustomSchema, value: Json | undefined, path: string): readonly FieldCause[] {
  if (value === undefined || (value === null && (schema['nullable'] === true || path === ''))) return [];
  const type = stringAt(schema, 'type');
  if (schema['x-kubernetes-int-or-string'] !== true && type !== undefined && !hasType(type, value)) {
    return [{ reason: 'FieldValueTypeInvalid', message: `Invalid value: ${JSON.stringify(typeName(value))}: ${path} in body must be of type ${type}: ${JSON.stringify(typeName(value))}`, field: path }];
  }
  const choices = listAt(schema, 'enum');
  if (choices.length > 0 && !choices.includes(value)) {
    return [{ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`, field: path }];
  }
  const limit = limitCause(schema, value, path);
  if (limit !== undefined) return [limit];
  if (isList(value)) return value.flatMap((item, index) => customCauses(objectAt(schema, 'items'), item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  const missing = stringsAt(schema, 'required').filter((name) => value[name] === undefined || value[name] === null).map((name) => required(join(path, name)));
  const below = Object.entries(value).flatMap(([name, member]) => {
    const rule = objectAt(schema, 'properties')[name] ?? schema['additionalProperties'];
    return isObject(rule) ? customCauses(rule, member, join(path, name)) : [];
  });
  return [...missing, ...below];
}

function limitCause(schema: CustomSchema, value: Json, path: string): FieldCause | undefined {
  const { minimum, maximum, pattern } = schema;
  if (typeof value === 'number' && typeof minimum === 'number' && value < minimum) return invalidValue(path, value, `${path} in body should be greater than or equal to ${minimum}`);
  if (typeof value === 'number' && typeof maximum === 'number' && value > maximum) return invalidValue(path, value, `${path} in body should be less than or equal to ${maximum}`);
  if (typeof value === 'string' && typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value)) return invalidValue(path, value, `${path} in body should match '${pattern}'`);
  return undefined;
}

function hasType(type: string, value: Json): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'number') return typeof value === 'number';
  return typeName(value) === type;
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
