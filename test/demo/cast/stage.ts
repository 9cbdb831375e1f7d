import type { GitRepositoryBuilder, GitServer } from '#testing';
import type { StageHub } from '../../stage/start-hub.js';
import type { DemoCluster } from './cluster.js';
import type { FleetContent } from './fleet-repository.js';
import type { Part } from './fleet.js';
import type { Scene } from './scene.js';

/** Everything that stands on the stage of the demo. */
export interface Stage {
  readonly directory: string;
  readonly root: string;
  readonly git: GitServer;
  readonly fleet: GitRepositoryBuilder;
  readonly content: FleetContent;
  readonly hub: StageHub;
  readonly parts: readonly Part[];
  readonly scene: Scene;
  readonly clusters: DemoCluster[];
  /** How long a step of the story may take. */
  readonly patienceMs: number;
  /** Aborted when the story is to end early. */
  readonly signal: AbortSignal;
}
