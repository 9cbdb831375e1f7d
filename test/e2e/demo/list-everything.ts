import type { RealCluster } from '#testing';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}
interface Listed {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid?: string; readonly resourceVersion?: string };
}

/** What a cluster changes by itself while nobody does anything: heartbeats, and reports of them. */
const RESTLESS = new Set(['Lease', 'Node', 'Event']);

/** Every object of a cluster, of every kind that its API server lists, as `group/version/resource namespace/name uid resourceVersion`, sorted. */
export async function listEverything(cluster: RealCluster): Promise<readonly string[]> {
  const get = readerOf(cluster);
  const groups: { readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[] } = JSON.parse(await get('/apis'));
  const roots = ['/api/v1', ...groups.groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const lines: string[] = [];
  for (const root of roots) {
    const { resources }: { readonly resources: readonly ApiResource[] } = JSON.parse(await get(root));
    for (const { name, kind, verbs } of resources) {
      if (name.includes('/') || !verbs.includes('list') || kind === 'Event') continue;
      const { items }: { readonly items: readonly Listed[] } = JSON.parse(await get(`${root}/${name}`));
      for (const { metadata } of items) lines.push(`${root}/${name} ${metadata.namespace ?? ''}/${metadata.name} ${metadata.uid ?? ''} ${RESTLESS.has(kind) ? '' : (metadata.resourceVersion ?? '')}`);
    }
  }
  return lines.toSorted();
}

function readerOf(cluster: RealCluster): (path: string) => Promise<string> {
  const config: { readonly users: readonly { readonly user: Readonly<Record<string, string>> }[] } = JSON.parse(readFileSync(cluster.adminKubeconfig, 'utf8'));
  const pem = (field: string): string => Buffer.from(config.users[0]?.user[field] ?? '', 'base64').toString('utf8');
  return (path) =>
    new Promise((resolve, reject) => {
      const sent = request(new URL(path, cluster.server), { ca: cluster.caPem, cert: pem('client-certificate-data'), key: pem('client-key-data'), timeout: 20_000 }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.once('error', reject);
        response.once('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`${path}: HTTP ${String(response.statusCode)} ${text}`))));
      });
      sent.once('timeout', () => sent.destroy(new Error(`${path}: no answer`)));
      sent.once('error', reject);
      sent.end();
    });
}
