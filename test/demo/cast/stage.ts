import type { GitRepositoryBuilder, GitServer } from '#testing';
import type { StageHub } from '../../stage/start-hub.js';
import type { DemoCluster } from './cluster.js';

/** Everything that stands on the stage of the demo. */
export interface Stage {
  readonly directory: string;
  readonly root: string;
  readonly git: GitServer;
  readonly fleet: GitRepositoryBuilder;
  readonly hub: StageHub;
  readonly clusters: DemoCluster[];
}
