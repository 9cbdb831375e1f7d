import type { StageBuilder } from '../stage/stage-builder.js';
import type { DemoHost } from './cast/cluster.js';
import { counted, fleetOf, type Part } from './cast/fleet.js';
import { MADE_UP_IMAGES, type FleetContent } from './cast/fleet-repository.js';
import { THROW_AWAY_SCENE, type Scene } from './cast/scene.js';
import { ensureRealKubernetes, startRealClusters } from './kubernetes/real-kubernetes.js';
import { startSandboxes } from './kubernetes/sandbox-kubernetes.js';
import type { DemoOptions } from './options.js';

/** Where the story plays. */
export interface Setting {
  /** Of the step in which the clusters appear. */
  readonly title: string;
  readonly outcome: (hosts: readonly DemoHost[]) => string;
  readonly parts: readonly Part[];
  readonly scene: Scene;
  readonly content: FleetContent;
  readonly patienceMs: number;
  /** What has to be there first and may take long. @param root of the checkout */
  readonly prepare: (root: string) => Promise<void>;
  /** One host for each part, in their order. What it starts is adopted by the builder. */
  readonly start: (directory: string, builder: StageBuilder, signal: AbortSignal) => Promise<readonly DemoHost[]>;
}

/** Clusters that come and go with the demo. */
export function throwAwaySetting({ kubernetes, clusters }: DemoOptions): Setting {
  const parts = fleetOf(clusters);
  const common = { parts, scene: THROW_AWAY_SCENE, content: MADE_UP_IMAGES };
  if (kubernetes === 'real') {
    return {
      ...common,
      title: `${counted(clusters, 'real control plane')}, on one etcd, with nodes played by kwok`,
      outcome: (hosts) => hosts.map(({ server }) => `:${new URL(server).port}`).join(' '),
      patienceMs: 180_000,
      prepare: ensureRealKubernetes,
      start: (directory, builder, signal) => startRealClusters(parts, directory, builder, signal),
    };
  }
  return {
    ...common,
    title: `${counted(clusters, 'in-memory Kubernetes API')}`,
    outcome: () => '',
    patienceMs: 30_000,
    prepare: () => Promise.resolve(),
    start: (directory, builder) => startSandboxes(parts, directory, builder),
  };
}
