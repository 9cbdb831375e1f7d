import type { KubeObject, ObjectRef } from '#domain';
import type { DemoCluster } from '../cast/cluster.js';
import type { Stage } from '../cast/stage.js';

/** What really is in a cluster: the story is checked against this, not only against what the hub says. @throws when the API server does not answer */
export async function liveObject(cluster: DemoCluster, { group, kind, namespace, name }: ObjectRef): Promise<KubeObject | undefined> {
  const { admin } = cluster.host;
  const resource = await admin.resolve(group, kind);
  const found = resource.ok ? await admin.get(resource.value, namespace, name) : resource;
  if (found.ok) return found.value;
  if (found.error.code === 'NOT_FOUND') return undefined;
  throw new Error(`${cluster.name}: ${kind} ${namespace}/${name}: ${found.error.code} ${found.error.message}`);
}

export function clusterNamed(stage: Stage, name: string): DemoCluster {
  const cluster = stage.clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) throw new Error(`no cluster ${name} on the stage`);
  return cluster;
}

export const shopOf = (stage: Stage): ObjectRef => ({ group: 'apps', kind: 'Deployment', namespace: stage.scene.shop, name: 'shop' });

/** The image that the shop runs with in a cluster, or undefined where it does not run. */
export async function shopImage(stage: Stage, cluster: DemoCluster): Promise<string | undefined> {
  const spec = (await liveObject(cluster, shopOf(stage)))?.['spec'] as { readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } } } | undefined;
  return spec?.template.spec.containers[0]?.image;
}

export async function shopReplicas(stage: Stage, cluster: DemoCluster): Promise<number | undefined> {
  return ((await liveObject(cluster, shopOf(stage)))?.['spec'] as { readonly replicas?: number } | undefined)?.replicas;
}
