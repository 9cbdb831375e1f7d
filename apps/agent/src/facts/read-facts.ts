import { err, ok, type Result } from '#kernel';
import type { KubeObject } from '#domain';
import type { KubeClient, KubeFailure } from '#kube';
import type { ClusterFacts } from '#wire';

const REGION = 'topology.kubernetes.io/region';
const PAGE = 500;
const MAX_NODES = 20_000;

/** Schemes of `spec.providerID` whose name people know better. */
const PROVIDERS: Readonly<Record<string, string>> = { aws: 'aws', gce: 'gcp', azure: 'azure', digitalocean: 'digitalocean', hcloud: 'hetzner', openstack: 'openstack', vsphere: 'vsphere' };

/** Facts of the cluster, all of them or a failure: a fact that could not be read must not look like one that is gone. */
export async function readFacts(client: KubeClient, signal: AbortSignal): Promise<Result<ClusterFacts, KubeFailure>> {
  const version = await client.serverVersion({ signal });
  if (!version.ok) return version;
  const resource = await client.resolve('', 'Node', 'v1', { signal });
  if (!resource.ok) return resource;
  const regions = new Map<string, number>();
  let nodes = 0;
  let first: string | undefined;
  for await (const page of client.pages(resource.value, { metadataOnly: true, pageSize: PAGE, maxItems: MAX_NODES, signal })) {
    if (!page.ok) return page;
    nodes += page.value.items.length;
    for (const { metadata } of page.value.items) {
      first ??= metadata.name;
      const region = metadata.labels?.[REGION];
      if (region !== undefined) regions.set(region, (regions.get(region) ?? 0) + 1);
    }
  }
  const node = first === undefined ? undefined : await client.get(resource.value, '', first, { signal });
  if (node !== undefined && !node.ok && node.error.code !== 'NOT_FOUND') return err(node.error);
  const [region = ''] = [...regions].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name);
  return ok({ kubernetesVersion: version.value.gitVersion, provider: node?.ok === true ? providerOf(node.value) : '', region, nodes, custom: {} });
}

/** `aws:///eu-central-1a/i-0abc` says aws. Nodes of one cluster are of one provider, so one of them is asked. */
function providerOf(node: KubeObject): string {
  const spec = node['spec'];
  const id = typeof spec === 'object' && spec !== null && 'providerID' in spec && typeof spec.providerID === 'string' ? spec.providerID : '';
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]{0,62}):\/\//.exec(id) ?? [];
  return PROVIDERS[scheme] ?? scheme;
}
