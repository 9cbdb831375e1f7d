import { isJsonObject } from '../json/read-json.js';
import type { KubeObject } from './kube-object.js';

/**
 * Folds `stringData` of a Secret into `data`, as the API server does when it stores one. Applied this way, every key is a field
 * that we own: with `stringData` a key that leaves Git would stay in the cluster for ever. Other objects come back unchanged.
 */
export function foldStringData(object: KubeObject): KubeObject {
  if (object.apiVersion !== 'v1' || object.kind !== 'Secret' || !isJsonObject(object['stringData'])) return object;
  const { stringData, data, ...rest } = object;
  const folded = Object.entries(isJsonObject(stringData) ? stringData : {}).flatMap(([key, value]) => (typeof value === 'string' ? [[key, Buffer.from(value, 'utf8').toString('base64')] as const] : []));
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata, data: { ...(isJsonObject(data) ? data : {}), ...Object.fromEntries(folded) } };
}
