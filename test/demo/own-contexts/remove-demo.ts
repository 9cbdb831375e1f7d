import type { KubeObject } from '#domain';
import type { KubeClient, KubeFailure } from '#kube';
import { until } from '#testing';
import { DEMO_LABEL, isOfDemo } from './demo-names.js';

const GONE_MS = 300_000;
/** Rights first: an agent that somebody still runs loses them before its namespace goes. */
const ORDER = [
  { group: 'rbac.authorization.k8s.io', kind: 'ClusterRoleBinding' },
  { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
  { group: '', kind: 'Namespace' },
] as const;

/** What the demo made in a cluster, in the order to remove it: of one run, or of all. @throws when the API server does not answer */
export async function findDemo(client: KubeClient, id?: string): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for (const { group, kind } of ORDER) {
    const resource = must(await client.resolve(group, kind), kind);
    const listed = must(await client.list(resource, { labelSelector: id === undefined ? DEMO_LABEL : `${DEMO_LABEL}=${id}` }), kind);
    // members of a list carry no kind of their own
    found.push(...listed.items.map((item) => ({ ...item, apiVersion: group === '' ? resource.version : `${group}/${resource.version}`, kind })).filter(isOfDemo));
  }
  return found;
}

/** Removes exactly these objects, by UID, and waits until they are gone. Safe to repeat. @throws naming what stays */
export async function removeDemo(client: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const { resource, name, uid } = await locate(client, object);
    const deleted = await client.delete(resource, '', name, { uid });
    // another object of that name is not ours: CONFLICT leaves it alone
    if (!deleted.ok && deleted.error.code !== 'NOT_FOUND' && deleted.error.code !== 'CONFLICT') throw new Error(`${object.kind} ${name} could not be removed: ${words(deleted.error)}`);
  }
  for (const object of objects) {
    const { resource, name, uid } = await locate(client, object);
    await until(`${object.kind} ${name} is gone (kubectl get ${object.kind.toLowerCase()} ${name} -o yaml says what holds it)`, GONE_MS, async () => {
      const live = await client.get(resource, '', name, { metadataOnly: true });
      if (live.ok) return live.value.metadata.uid === uid ? undefined : true;
      if (live.error.code === 'NOT_FOUND') return true;
      throw new Error(words(live.error));
    });
  }
}

async function locate(client: KubeClient, { apiVersion, kind, metadata }: KubeObject) {
  const resource = must(await client.resolve(apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '', kind), kind);
  return { resource, name: metadata.name, uid: metadata.uid ?? '' };
}

const words = ({ code, message }: KubeFailure): string => `${code} ${message}`;

function must<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: KubeFailure }, what: string): T {
  if (!result.ok) throw new Error(`${what}: ${words(result.error)}`);
  return result.value;
}
