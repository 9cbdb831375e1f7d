import type { Json, JsonObject } from '#kernel';
import { withoutNulls } from '../json/change-json.js';
import { isList, isObject } from '../json/read-json.js';
import { descend, type MergeSchema } from '../managed-fields/merge-schema.js';
import { withoutUnfitNulls } from './custom-schema.js';
import { METADATA } from './merge-schemas.js';
import { memberElement } from '../managed-fields/path-element.js';
import type { ResourceType } from '../resources/resource-type.js';

/**
 * What is left of an object in the types of its kind: nulls are absent, and for built-in kinds (and everybody's metadata) so are
 * empty lists and empty maps. A null in a custom resource is left for its schema to judge if it was applied.
 * An empty struct stays: `emptyDir: {}` says something, `labels: {}` does not.
 */
export function typedForm(type: ResourceType, object: JsonObject): JsonObject {
  if (!type.isCustom) return withoutEmpties(type.schema, withoutNulls(object));
  return isObject(object['metadata']) ? { ...object, metadata: withoutEmpties(METADATA, withoutNulls(object['metadata'])) } : object;
}

/** The typed form of what was sent as a whole object, or came of a patch of one. */
export function sentForm(type: ResourceType, object: JsonObject): JsonObject {
  return typedForm(type, type.custom === undefined ? object : withoutUnfitNulls(type.custom, object));
}

function withoutEmpties(schema: MergeSchema, object: JsonObject): JsonObject {
  const kept: Record<string, Json | undefined> = {};
  for (const [name, member] of Object.entries(object)) {
    if (member === undefined) continue;
    const below = descend(schema, memberElement(name)).schema;
    const isEmpty = (isList(member) && member.length === 0) || (below.kind === 'map' && isObject(member) && Object.keys(member).length === 0);
    if (!isEmpty || name === 'rules') kept[name] = inside(below, member);
  }
  return kept;
}

function inside(schema: MergeSchema, value: Json): Json {
  if (isObject(value)) return withoutEmpties(schema, value);
  if (!isList(value)) return value;
  const items = descend(schema, '').schema;
  return value.map((item) => (isObject(item) ? withoutEmpties(schema.kind === 'list' ? items : schema, item) : item));
}
