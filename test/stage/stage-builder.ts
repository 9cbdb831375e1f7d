import { errorMessage } from '#kernel';
import { aGitRepository, GitServer, type GitRepositoryBuilder } from '#testing';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyPorts } from './hub-ports.js';
import { startHub, type HubPorts, type StageHub } from './start-hub.js';

/** Puts real programs on a stage and clears it: last come, first gone. What comes after it was cleared goes at once, so that nothing outlives us. */
export class StageBuilder {
  private readonly undo: (() => Promise<unknown>)[] = [];
  private isCleared = false;

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
    this.adopt(() => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    await chmod(directory, 0o755);
    return directory;
  }

  async git(): Promise<{ readonly git: GitServer; readonly fleet: GitRepositoryBuilder }> {
    const git = await GitServer.start();
    this.adopt(() => git.dispose());
    return { git, fleet: await aGitRepository(git, 'fleet', { allowPush: true, now: () => new Date() }) };
  }

  /** @param settings beyond those of a stage */
  async hub(directory: string, settings: Readonly<Record<string, string>> = {}, ports?: HubPorts): Promise<StageHub> {
    return startHub({ directory, root: this.root, ports: ports ?? (await anyPorts()), started: (child) => this.adopt(() => child.stop()), settings });
  }

  /** Something else that has to go before what came earlier. */
  adopt(leave: () => Promise<unknown>): void {
    this.undo.push(leave);
    if (this.isCleared) void this.clear().catch(() => undefined); // nobody waits for it any more
  }

  /** Tries everything, also after something did not go. @throws AggregateError with what did not go */
  async clear(): Promise<void> {
    this.isCleared = true;
    const failures: unknown[] = [];
    for (const undo of this.undo.splice(0).toReversed()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(errorMessage).join('\n'));
  }
}
