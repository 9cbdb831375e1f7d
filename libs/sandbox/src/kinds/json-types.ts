import type { Json } from '#kernel';
import { isList } from '../json/read-json.js';

/** Whether a value is of a type of OpenAPI. */
export function hasType(type: string, value: Json): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'number') return typeof value === 'number';
  return typeName(value) === type;
}

/** The type as messages name it. */
export function typeName(value: Json): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
