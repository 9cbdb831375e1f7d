import type { KubeObject } from '#domain';
import { until } from '#testing';
import type { DemoHost } from '../cast/cluster.js';
import type { OwnCluster } from './connect-contexts.js';
import { asDemoObject } from './demo-names.js';

const FIELD_MANAGER = 'capstan-demo';
const TOKEN_MS = 30_000;

/** Somebody's own cluster as a host of the demo: everything is created, so that nothing that is there is ever taken over. */
export function ownHost({ context, connection, client }: OwnCluster, id: string, signal: AbortSignal): DemoHost {
  const create = async (object: KubeObject): Promise<void> => {
    signal.throwIfAborted();
    const created = await client.create(asDemoObject(object, id), { fieldManager: FIELD_MANAGER });
    if (!created.ok) throw new Error(`${context}: ${object.kind} ${object.metadata.name} could not be made: ${created.error.code} ${created.error.message}`);
  };
  /** A token as long-lived as its namespace: servers may cut the life of requested tokens to less than a demo stays up. */
  const tokenFor = async (namespace: string, account: string): Promise<string> => {
    const name = `${account}-demo-token`;
    await create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, annotations: { 'kubernetes.io/service-account.name': account } }, type: 'kubernetes.io/service-account-token' });
    return until(`${context}: the cluster gives the agent's account a token`, TOKEN_MS, async () => {
      signal.throwIfAborted();
      const secrets = await client.resolve('', 'Secret');
      const secret = secrets.ok ? await client.get(secrets.value, namespace, name) : secrets;
      if (!secret.ok) throw new Error(`${secret.error.code} ${secret.error.message}`);
      const data = secret.value['data'];
      const token = typeof data === 'object' && data !== null && 'token' in data ? data.token : undefined;
      return typeof token === 'string' ? Buffer.from(token, 'base64').toString('utf8') : undefined;
    });
  };
  return { server: connection.server, caPem: connection.caPem, tlsServerName: connection.tlsServerName, tokenFor, admin: client, auditLog: undefined, install: create };
}
