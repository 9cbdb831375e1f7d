import { joinCluster } from '../../stage/join-cluster.js';
import type { DemoCluster, DemoHost } from './cluster.js';
import type { Part } from './fleet.js';
import type { Stage } from './stage.js';

export async function joinDemoCluster({ name, labels }: Part, host: DemoHost, stage: Stage): Promise<DemoCluster> {
  const { hub, directory, root, scene } = stage;
  const agent = await joinCluster({
    name, labels: { ...labels }, cluster: host, admin: host.admin, hub, directory, root, agentNamespace: scene.agentNamespace,
    ...(scene.applyNamespaces === undefined ? {} : { applyNamespaces: scene.applyNamespaces }),
    ...(host.install === undefined ? {} : { install: host.install }),
  });
  return { name, host, agent };
}
