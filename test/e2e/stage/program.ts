import { GuardedProcess } from '#testing';
import { existsSync, readFileSync } from 'node:fs';

export interface ProgramRequest {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly logPath: string;
}

/** A Node program of the stage that can be killed and started again; it never outlives the tests. All its runs write into one log. */
export class Program {
  private running: GuardedProcess | undefined;

  constructor(protected readonly request: ProgramRequest) {}

  get isRunning(): boolean {
    return this.running?.isRunning ?? false;
  }

  /** The processes that it runs as. @throws when it does not run */
  get groupId(): number {
    const groupId = this.running?.groupId;
    if (groupId === undefined) throw new Error(`${this.request.name} does not run`);
    return groupId;
  }

  /** What all its runs have said. */
  get log(): string {
    return existsSync(this.request.logPath) ? readFileSync(this.request.logPath, 'utf8') : '';
  }

  /** The end of its log, for the moment when it did not do what it should. */
  lastWords(lines = 25): string {
    return `--- ${this.request.name}${this.isRunning ? '' : ' (not running)'}:\n${this.log.trimEnd().split('\n').slice(-lines).join('\n')}`;
  }

  /** `env` is added to its environment for this run only. */
  start(env: Readonly<Record<string, string>> = {}): void {
    if (this.isRunning) throw new Error(`${this.request.name} runs already`);
    const { name, args, directory, logPath } = this.request;
    this.running = new GuardedProcess({
      name, file: process.execPath, args: ['--enable-source-maps', ...args], cwd: directory, logPath, env: { PATH: process.env['PATH'] ?? '', ...this.request.env, ...env },
    });
  }

  /** SIGSTOP: it stands still, and nobody who speaks to it is told. */
  pause(): void {
    this.running?.pause();
  }

  resume(): void {
    this.running?.resume();
  }

  /** SIGKILL: what it had not made durable is lost. */
  async kill(): Promise<void> {
    await this.running?.kill();
    this.running = undefined;
  }
}
