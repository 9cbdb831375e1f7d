import type { KubeObject } from '#domain';
import type { DemoCluster } from '../cast/cluster.js';
import type { Stage } from '../cast/stage.js';

/** What really is in a cluster: the story is checked against this, not only against what the hub says. */
export function liveObject(cluster: DemoCluster, key: string): KubeObject | undefined {
  return cluster.sandbox.objects().get(key);
}

export function clusterNamed(stage: Stage, name: string): DemoCluster {
  const cluster = stage.clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) throw new Error(`no cluster ${name} on the stage`);
  return cluster;
}

export const SHOP = 'apps/Deployment/shop/shop';

/** The image that the shop runs with in a cluster, or undefined where it does not run. */
export function shopImage(cluster: DemoCluster): string | undefined {
  const spec = liveObject(cluster, SHOP)?.['spec'] as { readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } } } | undefined;
  return spec?.template.spec.containers[0]?.image;
}
