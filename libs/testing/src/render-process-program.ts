import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** The program of the process that renders, as it is shipped, made from the sources into a directory of its own. */
export class RenderProcessProgram {
  private constructor(
    readonly entry: string,
    private readonly directory: string,
  ) {}

  static async build(): Promise<RenderProcessProgram> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-render-process-'));
    await promisify(execFile)(process.execPath, [resolve(import.meta.dirname, '../../../scripts/bundle-agent.mjs'), directory, 'render-process'], { timeout: 60_000 });
    return new RenderProcessProgram(join(directory, 'agent-parts/render-process.mjs'), directory);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
