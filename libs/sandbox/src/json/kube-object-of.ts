import type { JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { isObject, stringAt } from './read-json.js';

/**
 * The parser from JSON to an object with an identity.
 * @throws TypeError when apiVersion, kind or metadata.name is missing: callers have checked what came from outside.
 */
export function kubeObjectOf(value: JsonObject): KubeObject {
  if (!isKubeObject(value)) throw new TypeError(`not a Kubernetes object: ${stringAt(value, 'kind') ?? 'no kind'}`);
  return value;
}

function isKubeObject(value: JsonObject): value is KubeObject {
  return typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string' && isObject(value['metadata']) && stringAt(value, 'metadata', 'name') !== undefined;
}
