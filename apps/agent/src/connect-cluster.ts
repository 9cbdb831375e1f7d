import type { Log } from '#kernel';
import { createKubeClient, loadKubeConfig, type BusyServer, type KubeClient, type KubeConnection } from '#kube';
import { ConfigError, type AgentConfig } from './config.js';

/**
 * The client of the cluster that this agent is responsible for. Nothing is contacted.
 * @throws ConfigError when there is no usable configuration
 */
export async function connectCluster(config: AgentConfig, given: KubeConnection | undefined, log: Log): Promise<KubeClient> {
  const deps = { userAgent: 'capstan-agent', onBusy: (told: BusyServer) => sayBusy(told, log) };
  if (given !== undefined) return createKubeClient(given, deps);
  const { kubeconfig, pod } = config;
  const loaded = await loadKubeConfig({ kubeconfig, serviceHost: pod?.serviceHost, servicePort: pod?.servicePort });
  if (!loaded.ok) throw new ConfigError('KUBECONFIG', `${loaded.error.code}: ${loaded.error.path}: ${loaded.error.detail}`);
  return createKubeClient(loaded.value, deps);
}

function sayBusy({ lane, account, isBusy }: BusyServer, log: Log): void {
  const what = { calls: lane, ...(account === '' ? {} : { account }) };
  if (isBusy) log.warn('the API server has too much to do and sends calls away: they go slower', what);
  else log.info('the API server takes all calls again', what);
}

/** Makes the agent's namespace where it is missing, say for an agent outside of the cluster. That it may not, or cannot now, shows when the lease is asked for. */
export async function ensureNamespace(client: KubeClient, name: string, log: Log, signal: AbortSignal): Promise<void> {
  const resource = await client.resolve('', 'Namespace', 'v1', { signal });
  const found = resource.ok ? await client.get(resource.value, '', name, { signal, metadataOnly: true }) : resource;
  if (found.ok || found.error.code !== 'NOT_FOUND') return;
  const created = await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'app.kubernetes.io/part-of': 'capstan-agent' } } }, { signal, fieldManager: 'capstan-agent' });
  if (created.ok) log.info('made the namespace of the agent', { namespace: name });
  else log.warn('the namespace of the agent is missing and could not be made', { namespace: name, code: created.error.code });
}
