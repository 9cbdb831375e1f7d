import type { JsonObject } from '#kernel';
import { objectAt } from '../json/read-json.js';
import type { ResourceType } from '../resources/resource-type.js';

const TEMPLATE = { metadata: {}, spec: { containers: [] } };

/** The structs that exist in every object of a typed kind before anything is set: nobody comes to own them by creating it. */
export function emptyLike(type: ResourceType, object: JsonObject): JsonObject {
  if (type.isCustom) return { apiVersion: object['apiVersion'], kind: object['kind'], metadata: {} };
  const has = (name: string): boolean => object[name] !== undefined;
  const spec = objectAt(object, 'spec');
  if (type.kind === 'Namespace') return { apiVersion: object['apiVersion'], kind: object['kind'], metadata: {}, spec, status: {} };
  const names = type.kind === 'CustomResourceDefinition' ? { names: {} } : {};
  const template = spec['template'] === undefined ? {} : { template: TEMPLATE };
  const jobTemplate = spec['jobTemplate'] === undefined ? {} : { jobTemplate: { metadata: {}, spec: { template: TEMPLATE } } };
  const strategies = Object.fromEntries(['strategy', 'updateStrategy'].filter((name) => spec[name] !== undefined).map((name) => [name, {}]));
  return { apiVersion: object['apiVersion'], kind: object['kind'], metadata: {}, ...(has('spec') ? { spec: { ...names, ...template, ...jobTemplate, ...strategies } } : {}), ...(has('status') ? { status: {} } : {}) };
}
