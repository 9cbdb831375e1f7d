import type { JsonObject } from '#kernel';
import { isObject, listAt, objectAt, stringAt, stringsAt } from '../json/read-json.js';
import { invalidValue, required, unsupported, type FieldCause } from './field-cause.js';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const SCOPES = ['Cluster', 'Namespaced'];

/** What of a CustomResourceDefinition is not allowed: names, versions, and schemas that are not structural. */
export function definitionCauses(definition: JsonObject): readonly FieldCause[] {
  const spec = objectAt(definition, 'spec');
  const [name, plural, scope] = [stringAt(definition, 'metadata', 'name') ?? '', stringAt(spec, 'names', 'plural') ?? '', stringAt(spec, 'scope') ?? ''];
  const versions = listAt(spec, 'versions').filter(isObject);
  return [
    ...(name === `${plural}.${stringAt(spec, 'group') ?? ''}` ? [] : [invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]),
    ...(SCOPES.includes(scope) ? [] : [unsupported('spec.scope', scope, SCOPES)]),
    ...['plural', 'singular', 'kind', 'listKind'].filter((field) => isMissing(objectAt(spec, 'names'), field)).map((field) => required(`spec.names.${field}`)),
    ...versionCauses(definition, versions),
    ...versions.flatMap((version, index) => {
      const schema = objectAt(version, 'schema')['openAPIV3Schema'];
      const place = versions.length === 1 ? 'spec.validation.openAPIV3Schema' : `spec.versions[${index}].schema.openAPIV3Schema`;
      if (!isObject(schema)) return [required(`spec.versions[${index}].schema.openAPIV3Schema`)];
      return stringAt(schema, 'type') === undefined ? [required(`${place}.type`, 'must not be empty at the root')] : schemaCauses(schema, place);
    }),
  ];
}

function versionCauses(definition: JsonObject, versions: readonly JsonObject[]): readonly FieldCause[] {
  const names = versions.map((version) => stringAt(version, 'name') ?? '');
  const storage = versions.filter((version) => version['storage'] === true);
  const gone = stringsAt(definition, 'status', 'storedVersions').flatMap((stored, index) =>
    names.includes(stored) ? [] : [invalidValue(`status.storedVersions[${index}]`, stored, `missing from spec.versions; ${stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${stored} and removes ${stored} from status.storedVersions`)],
  );
  return [
    ...(storage.length === 1 ? [] : [invalidValue('spec.versions', names, 'must have exactly one version marked as storage version')]),
    ...(new Set(names).size === names.length ? [] : [invalidValue('spec.versions', names, 'must contain unique version names')]),
    ...gone,
  ];
}

/** A structural schema says a type for every field, or that it may be integer or string, or that anything goes. */
function schemaCauses(schema: JsonObject, place: string): readonly FieldCause[] {
  const type = stringAt(schema, 'type');
  const isFree = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const keys = stringsAt(schema, 'x-kubernetes-list-map-keys');
  const declared = objectAt(schema, 'items', 'properties');
  return [
    ...(type === undefined && !isFree ? [required(`${place}.type`, 'must not be empty for specified object fields')] : []),
    ...(type === undefined || TYPES.includes(type) ? [] : [unsupported(`${place}.type`, type, TYPES)]),
    ...(keys.every((key) => declared[key] !== undefined) ? [] : [invalidValue(`${place}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties')]),
    ...Object.entries(objectAt(schema, 'properties')).flatMap(([name, member]) => (isObject(member) ? schemaCauses(member, `${place}.properties[${name}]`) : [])),
    ...['items', 'additionalProperties'].flatMap((name) => (isObject(schema[name]) ? schemaCauses(schema[name], `${place}.${name}`) : [])),
  ];
}

function isMissing(object: JsonObject, field: string): boolean {
  return (stringAt(object, field) ?? '') === '';
}
