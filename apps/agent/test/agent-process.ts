import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '#testing';

const run = promisify(execFile);

/** The bundle as it is shipped, made from the sources into a directory of its own. */
export class AgentBundle {
  private constructor(
    readonly file: string,
    private readonly directory: string,
  ) {}

  static async build(): Promise<AgentBundle> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-bundle-'));
    await run(process.execPath, ['scripts/bundle-agent.mjs', directory], { timeout: 60_000 });
    return new AgentBundle(join(directory, 'agent.mjs'), directory);
  }

  start(environment: Readonly<Record<string, string>>): AgentProcess {
    return new AgentProcess(spawn(process.execPath, ['--max-semi-space-size=1', '--single-threaded', '--optimize-for-size', '--no-opt', '--no-maglev', this.file], { env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running agent. */
export class AgentProcess {
  output = '';
  readonly ended: Promise<Ending>;

  constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString('utf8')));
    this.ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => ({ code: typeof code === 'number' ? code : null, signal: typeof signal === 'string' ? signal : null }));
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('the agent was not started');
    return pid;
  }

  /** Waits until a line of the log says so. */
  async says(message: string, deadlineMs = 20_000): Promise<void> {
    await until(`the agent says ${JSON.stringify(message)}`, deadlineMs, () => (this.output.includes(message) ? true : undefined), () => this.#lastLines());
  }

  /** What is said again and again where nobody is the hub would be all of it. */
  #lastLines(): string {
    return this.output.split('\n').filter((line) => !line.includes('the session with the hub could not be kept')).join('\n').slice(-3_000);
  }

  /** Stands still and comes back, as a machine that was suspended. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }
}
