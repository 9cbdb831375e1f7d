import type { Json, JsonObject } from '#kernel';
import { fieldOf, isJsonObject } from '../json/read-json.js';
import { joinFields } from './hand-over-fields.js';

/**
 * Managed fields that speak of a version of the kind which is no longer served, under the version that is: everybody goes on holding what he held. Who has a record under
 * both has one afterwards, which says what either said. Pure.
 */
export function renameVersion(managedFields: readonly Json[], lost: string, served: string): readonly Json[] {
  const renamed = managedFields.map((entry) => (isJsonObject(entry) && entry['apiVersion'] === lost ? { ...entry, apiVersion: served } : entry));
  const byHolder = Map.groupBy(renamed, (entry) => ['manager', 'operation', 'subresource', 'apiVersion'].map((name) => String(fieldOf(entry, name) ?? '')).join('\n'));
  return [...byHolder.values()].map((entries) => entries.reduce((joined, more) => joinRecords(joined, more)));
}

function joinRecords(one: Json, other: Json): Json {
  if (!isJsonObject(one) || !isJsonObject(other)) return one;
  const [fields, more] = [one['fieldsV1'], other['fieldsV1']];
  const joined: JsonObject = { ...one, ...(isJsonObject(fields) && isJsonObject(more) ? { fieldsV1: joinFields(fields, more) } : {}) };
  return joined;
}
