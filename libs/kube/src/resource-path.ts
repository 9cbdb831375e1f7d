import type { ResourceInfo } from './kube-client.js';

/** `/api/v1` or `/apis/<group>/<version>`. */
export function groupVersionPath(group: string, version: string): string {
  return group === '' ? `/api/${encodeURIComponent(version)}` : `/apis/${encodeURIComponent(group)}/${encodeURIComponent(version)}`;
}

/** Where a resource lives; without a name its collection, without a namespace (of a namespaced one) all of them. */
export function resourcePath(resource: ResourceInfo, namespace: string, name?: string, subresource?: string): string {
  const within = resource.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  const below = subresource === undefined ? '' : `/${subresource}`;
  return `${groupVersionPath(resource.group, resource.version)}${within}/${resource.plural}${object}${below}`;
}

/** `?a=b&c=d` of what is defined, or nothing. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined) query.set(key, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** Objects of one kind in one namespace, or what else a path without its query stands for: what an API server may have little room for. */
export function laneOf(path: string): string {
  const [plain = ''] = path.split('?');
  return /^(?:\/api|\/apis\/[^/]+)\/[^/]+(?:\/namespaces\/[^/]+)?\/[^/]+/.exec(plain)?.[0] ?? plain;
}
