import type { JsonObject } from '#kernel';
import type { KubeObject } from '#domain';

/** An answer that is an object. */
export function kubeObject(json: JsonObject): KubeObject {
  if (!isKubeObject(json)) throw new Error(`expected an object, got ${JSON.stringify(json)}`);
  return json;
}

function isKubeObject(json: JsonObject): json is KubeObject {
  return typeof json['apiVersion'] === 'string' && typeof json['kind'] === 'string' && typeof json['metadata'] === 'object' && json['kind'] !== 'Status';
}
