import type { KubeObject } from '#domain';
import type { JsonObject } from '#kernel';
import { isObject, listAt, objectAt, stringAt, stringsAt } from '../json/read-json.js';
import { customMergeSchema } from '../kinds/custom-schema.js';
import { METADATA } from '../kinds/merge-schemas.js';
import { ANY } from '../managed-fields/merge-schema.js';
import type { ResourceType } from './resource-type.js';

/** The served versions that a CustomResourceDefinition declares, the preferred (storage) one first. */
export function customResourceTypes(definition: KubeObject): readonly ResourceType[] {
  const spec = objectAt(definition, 'spec');
  const names = objectAt(spec, 'names');
  const versions = listAt(spec, 'versions').filter(isObject).filter((version) => version['served'] === true);
  return versions
    .toSorted((a, b) => Number(b['storage'] === true) - Number(a['storage'] === true))
    .map((version) => customResourceType(spec, names, version));
}

function customResourceType(spec: JsonObject, names: JsonObject, version: JsonObject): ResourceType {
  const kind = stringAt(names, 'kind') ?? '';
  const schema = objectAt(version, 'schema', 'openAPIV3Schema');
  const merge = customMergeSchema(schema);
  const fields = merge.kind === 'struct' ? merge.fields : {};
  return {
    group: stringAt(spec, 'group') ?? '',
    version: stringAt(version, 'name') ?? '',
    kind,
    plural: stringAt(names, 'plural') ?? '',
    singular: stringAt(names, 'singular') ?? kind.toLowerCase(),
    shortNames: stringsAt(names, 'shortNames'),
    categories: stringsAt(names, 'categories'),
    isNamespaced: stringAt(spec, 'scope') === 'Namespaced',
    hasStatus: isObject(objectAt(version, 'subresources')['status']),
    hasGeneration: true,
    schema: merge.kind === 'struct' ? { kind: 'struct', fields: { ...fields, metadata: METADATA } } : { kind: 'struct', fields: { metadata: METADATA, spec: ANY } },
    custom: schema,
    isCustom: true,
  };
}
