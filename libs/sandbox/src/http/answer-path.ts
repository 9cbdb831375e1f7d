import { coreVersions, groupList, groupOf, resourceList } from '../resources/discovery.js';
import type { ResourceRegistry } from '../resources/resource-registry.js';
import { failed, json, type ApiAnswer, type ApiCall } from './api-call.js';
import { noSuchPath, notImplemented } from './api-failure.js';

export interface ServerFacts {
  /** `v1.36.3` */
  readonly kubernetesVersion: string;
  /** host:port */
  readonly address: string;
}

/** Paths that are not about resources: discovery, version, health. */
export function answerPath(registry: ResourceRegistry, facts: ServerFacts, call: ApiCall): ApiAnswer {
  const { method, path } = call.info;
  const [root = '', group = '', version = '', ...more] = path.split('/').filter((segment) => segment !== '');
  if (method !== 'GET' && method !== 'HEAD') return failed(notImplemented(method, path, 'only discovery, version and health are served beside resources'));
  if (more.length > 0) return failed(notImplemented(method, path, 'no such path'));
  if (root === 'version' && group === '') return json(200, versionBody(facts.kubernetesVersion));
  if (['healthz', 'livez', 'readyz'].includes(root) && version === '') return { kind: 'text', code: 200, body: 'ok' };
  if (root === 'api' && group === '') return json(200, coreVersions(facts.address));
  if (root === 'api' && version === '') return found(resourceList(registry.all(), '', group));
  if (root === 'apis' && group === '') return json(200, groupList(registry.all()));
  if (root === 'apis' && version === '') {
    const entry = groupOf(registry.all(), group);
    return entry === undefined ? failed(noSuchPath()) : json(200, { kind: 'APIGroup', apiVersion: 'v1', ...entry });
  }
  if (root === 'apis') return found(resourceList(registry.all(), group, version));
  return failed(notImplemented(method, path, 'only discovery, version and health are served beside resources'));
}

function found(list: ReturnType<typeof resourceList>): ApiAnswer {
  return list === undefined ? failed(noSuchPath()) : json(200, list);
}

function versionBody(gitVersion: string): Record<string, string> {
  const [major = '1', minor = '0'] = gitVersion.replace(/^v/, '').split('.');
  return { major, minor, gitVersion, gitCommit: 'sandbox', gitTreeState: 'clean', buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: 'capstan-sandbox', platform: 'sandbox' };
}
