import { aGitRepository, GitServer, type GitRepositoryBuilder } from '#testing';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHub, type StageHub } from './start-hub.js';

/** Puts real programs on a stage and clears it: last come, first gone. */
export class StageBuilder {
  private readonly undo: (() => Promise<unknown>)[] = [];

  /**
   * @param root where the built tree is
   * @param purpose part of the name of its directory
   */
  constructor(
    private readonly root: string,
    private readonly purpose: string,
  ) {}

  /** A directory that the PostgreSQL user can enter too; gone in the end with everything in it. */
  async directory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), `capstan-${this.purpose}-`));
    await chmod(directory, 0o755);
    this.undo.push(() => rm(directory, { recursive: true, force: true }));
    return directory;
  }

  async git(): Promise<{ readonly git: GitServer; readonly fleet: GitRepositoryBuilder }> {
    const git = await GitServer.start();
    this.undo.push(() => git.dispose());
    return { git, fleet: await aGitRepository(git, 'fleet', { allowPush: true, now: () => new Date() }) };
  }

  async hub(directory: string): Promise<StageHub> {
    const hub = await startHub(directory, this.root);
    this.undo.push(() => hub.child.stop());
    return hub;
  }

  /** Something else that has to go before what came earlier. */
  adopt(leave: () => Promise<unknown>): void {
    this.undo.push(leave);
  }

  async clear(): Promise<void> {
    for (const undo of this.undo.splice(0).toReversed()) await undo();
  }
}
