import { createKubeClient, loadKubeConfig, type KubeClient } from '#kube';
import type { KubeObject } from '#domain';
import { CliError } from '../../cli-error.js';
import { kubeconfigPath } from '../../config.js';
import { EXIT } from '../../exit-codes.js';
import type { Manifest } from './agent-manifest.js';

/** Applies the agent's objects, one by one in their order, and closes the client. @throws CliError naming the object. */
export async function installAgent(objects: readonly Manifest[], client: KubeClient, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  try {
    for (const object of objects) {
      const applied = await client.apply(object as KubeObject, { fieldManager: 'capstan-cli', force: true, signal });
      const { kind, metadata } = object as KubeObject;
      if (!applied.ok) throw new CliError(EXIT.ERROR, `${kind} ${metadata.name} could not be applied`, `${applied.error.code}: ${applied.error.message}`, 'Nothing was removed; run the command again once this is mended.');
      say(`applied ${kind} ${metadata.name}\n`);
    }
  } finally {
    client.close();
  }
}

/** The cluster of a kubeconfig context. @throws CliError when there is none of that name. */
export async function connectToCluster(context: string, kubeconfig: string | undefined): Promise<KubeClient> {
  const connection = await loadKubeConfig({ kubeconfig: kubeconfig ?? kubeconfigPath(), context });
  if (!connection.ok) throw new CliError(EXIT.USAGE, `the kubeconfig has no usable context ${context}`, `${connection.error.path}: ${connection.error.detail}`, 'kubectl config get-contexts shows what there is; --kubeconfig names another file.');
  return createKubeClient(connection.value, { userAgent: 'capstan-cli' });
}
