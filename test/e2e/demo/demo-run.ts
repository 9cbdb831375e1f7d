import { until } from '#testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../stage/stage.js';
import { toolPath } from '../stage/tool-path.js';

/** One run of the built demo without a terminal, in a process group of its own, with its temporary files below `directory`. */
export class DemoRun {
  /** Of the whole run. */
  exitCode: Promise<number | null>;
  #said = '';

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk) => (this.#said += String(chunk)));
    child.stderr?.on('data', (chunk) => (this.#said += String(chunk)));
    this.exitCode = new Promise((resolve) => child.once('close', resolve));
  }

  static async start(directory: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<DemoRun> {
    const child = spawn(process.execPath, [join(ROOT, 'dist/test/demo/main.js'), ...args], {
      detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TMPDIR: directory, CAPSTAN_KUSTOMIZE: await toolPath('kustomize'), ...env },
    });
    return new DemoRun(child);
  }

  get said(): string {
    return this.#said;
  }

  async untilSaid(text: string): Promise<void> {
    await until(`the demo says: ${text}`, 90_000, () => {
      if (this.child.exitCode !== null) throw new Error(`the demo ended:\n${this.#said}`);
      return this.#said.includes(text) ? true : undefined;
    }, () => this.#said);
  }

  /** To the demo and all that it started, as the terminal does. */
  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-(this.child.pid ?? 0), signal);
    } catch {
      // it has ended
    }
  }
}
