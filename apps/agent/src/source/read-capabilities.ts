import { ok, type Result } from '#kernel';
import type { KubeClient, KubeFailure } from '#kube';
import type { ClusterCapabilities } from '#render';

/** The cluster as a chart sees it, all of it or a failure: an API that could not be asked for must not look like one that is not served. */
export async function readCapabilities(client: Pick<KubeClient, 'serverVersion' | 'apiVersions'>, signal: AbortSignal): Promise<Result<ClusterCapabilities, KubeFailure>> {
  const version = await client.serverVersion({ signal });
  if (!version.ok) return version;
  const apiVersions = await client.apiVersions({ signal });
  return apiVersions.ok ? ok({ kubeVersion: version.value.gitVersion, apiVersions: apiVersions.value }) : apiVersions;
}
