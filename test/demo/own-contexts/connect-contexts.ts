import { err, ok, type Result } from '#kernel';
import { createKubeClient, loadKubeConfig, type KubeClient, type KubeConnection } from '#kube';

/** Somebody's own cluster, reached as they reach it. */
export interface OwnCluster {
  readonly context: string;
  readonly connection: KubeConnection;
  readonly client: KubeClient;
  readonly version: string;
}

/** Connects to every context, reads only. Fails with what a person can mend; then nothing is left open. */
export async function connectContexts(contexts: readonly string[], kubeconfig: string): Promise<Result<readonly OwnCluster[], string>> {
  const clusters: OwnCluster[] = [];
  const uids = new Map<string, string>();
  const fail = (message: string): Result<never, string> => {
    clusters.forEach(({ client }) => client.close());
    return err(message);
  };
  for (const context of contexts) {
    const connection = await loadKubeConfig({ kubeconfig, context });
    if (!connection.ok) return fail(`context ${context}: ${connection.error.path}: ${connection.error.detail}`);
    const client = createKubeClient(connection.value, { userAgent: 'capstan-demo' });
    const version = await client.serverVersion();
    const namespaces = version.ok ? await client.resolve('', 'Namespace') : version;
    const system = namespaces.ok ? await client.get(namespaces.value, '', 'kube-system', { metadataOnly: true }) : namespaces;
    if (!version.ok || !system.ok) {
      client.close();
      const failure = !version.ok ? version.error : !system.ok ? system.error : undefined;
      return fail(`context ${context}: ${connection.value.server}: ${failure?.code ?? ''} ${failure?.message ?? ''}`);
    }
    clusters.push({ context, connection: connection.value, client, version: version.value.gitVersion });
    const uid = system.value.metadata.uid ?? '';
    const same = uids.get(uid);
    if (same !== undefined) return fail(`contexts ${same} and ${context} are the same cluster: every agent needs one of its own`);
    uids.set(uid, context);
  }
  return ok(clusters);
}
