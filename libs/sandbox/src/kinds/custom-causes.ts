import type { Json, JsonObject } from '#kernel';
import { equalJson } from '../json/change-json.js';
import { at, isList, isObject, listAt, objectAt, stringAt, stringsAt } from '../json/read-json.js';
import { alternativeCauses, limitCauses } from './custom-limits.js';
import type { CustomSchema } from './custom-schema.js';
import { duplicate, required, type FieldCause } from './field-cause.js';
import { hasType, typeName } from './json-types.js';

/**
 * What of `value` breaks the schema. What `before` had as it is now is not looked at: an object that an older schema let in may be
 * changed elsewhere.
 */
export function customCauses(schema: CustomSchema, value: Json | undefined, path: string, before?: Json): readonly FieldCause[] {
  if (value === undefined || (value === null && (schema['nullable'] === true || path === ''))) return [];
  if (before !== undefined && equalJson(value, before)) return [];
  const wrong = typeCause(schema, value, path);
  if (wrong !== undefined) return [wrong];
  const choices = listAt(schema, 'enum');
  if (choices.length > 0 && !choices.some((choice) => equalJson(choice, value))) {
    return [{ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`, field: path }];
  }
  const own = [...limitCauses(schema, value, path), ...alternativeCauses(schema, value, path, customCauses)];
  if (isList(value)) return [...own, ...itemCauses(schema, value, path, before)];
  return isObject(value) ? [...own, ...memberCauses(schema, value, path, before)] : own;
}

function typeCause(schema: CustomSchema, value: Json, path: string): FieldCause | undefined {
  const isEither = schema['x-kubernetes-int-or-string'] === true;
  const type = isEither ? 'integer,string' : stringAt(schema, 'type');
  const isRight = isEither ? typeof value === 'string' || Number.isInteger(value) : type === undefined || hasType(type, value);
  const isDated = stringAt(schema, 'format') !== 'date-time' || typeof value !== 'string' || !Number.isNaN(Date.parse(value));
  if (isRight && isDated) return undefined;
  const shown = JSON.stringify(isRight ? value : typeName(value));
  return { reason: 'FieldValueTypeInvalid', message: `Invalid value: ${shown}: ${path} in body must be of type ${isRight ? 'date-time' : type}: ${shown}`, field: path };
}

/** Items of a list by keys are compared with what they were; those of other lists have nothing to be compared with. */
function itemCauses(schema: CustomSchema, list: readonly Json[], path: string, before: Json | undefined): readonly FieldCause[] {
  const items = objectAt(schema, 'items');
  const listType = stringAt(schema, 'x-kubernetes-list-type');
  const keys = stringsAt(schema, 'x-kubernetes-list-map-keys');
  const keyOf = (item: Json): JsonObject => Object.fromEntries(keys.map((key) => [key, at(item, key)]));
  const earlier = (item: Json): Json | undefined => (listType === 'map' && isList(before) ? before.find((one) => equalJson(keyOf(one), keyOf(item))) : undefined);
  const identity = listType === 'map' ? keyOf : listType === 'set' ? (item: Json): Json => item : undefined;
  const twice = identity === undefined ? [] : list.flatMap((item, index) => (list.slice(0, index).some((one) => equalJson(identity(one), identity(item))) ? [duplicate(`${path}[${index}]`, identity(item))] : []));
  return [...list.flatMap((item, index) => customCauses(items, item, `${path}[${index}]`, earlier(item))), ...twice];
}

function memberCauses(schema: CustomSchema, value: JsonObject, path: string, before: Json | undefined): readonly FieldCause[] {
  const embedded = schema['x-kubernetes-embedded-resource'] === true ? ['apiVersion', 'kind'] : [];
  const names = new Set([...stringsAt(schema, 'required'), ...embedded]);
  const missing = [...names].filter((name) => value[name] === undefined || value[name] === null).map((name) => required(join(path, name)));
  const below = Object.entries(value).flatMap(([name, member]) => {
    const rule = objectAt(schema, 'properties')[name] ?? schema['additionalProperties'];
    return isObject(rule) ? customCauses(rule, member, join(path, name), at(before, name)) : [];
  });
  return [...below, ...missing];
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
