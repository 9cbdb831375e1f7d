import { aGitRepository, GitServer, type GitRepositoryBuilder } from '#testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chmod } from 'node:fs/promises';
import type { DemoCluster } from './cluster.js';
import { startHub, type DemoHub } from './hub.js';

/** Everything that stands on the stage, and how it is cleared away: last come, first gone. */
export interface Stage {
  readonly directory: string;
  readonly root: string;
  readonly git: GitServer;
  readonly fleet: GitRepositoryBuilder;
  readonly hub: DemoHub;
  readonly clusters: DemoCluster[];
}

export class StageBuilder {
  private readonly undo: (() => Promise<unknown>)[] = [];

  constructor(private readonly root: string) {}

  /** A directory that the PostgreSQL user can enter too: data of the demo, gone at its end. */
  async directory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-demo-'));
    await chmod(directory, 0o755);
    this.undo.push(() => rm(directory, { recursive: true, force: true }));
    return directory;
  }

  async git(): Promise<{ readonly git: GitServer; readonly fleet: GitRepositoryBuilder }> {
    const git = await GitServer.start();
    this.undo.push(() => git.dispose());
    return { git, fleet: await aGitRepository(git, 'fleet', { allowPush: true, now: () => new Date() }) };
  }

  async hub(directory: string): Promise<DemoHub> {
    const hub = await startHub(directory, this.root);
    this.undo.push(() => hub.child.stop());
    return hub;
  }

  /** Called for each cluster that joined, so that it leaves too. */
  adopt(cluster: DemoCluster): void {
    this.undo.push(() => cluster.sandbox.stop());
    this.undo.push(() => cluster.agent.stop());
  }

  async clear(): Promise<void> {
    // Agents first, all at once; the rest in the order opposite to their coming.
    for (const undo of this.undo.splice(0).toReversed()) await undo();
  }
}
