import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

export interface ChildRequest {
  readonly name: string;
  /** Of Node: flags, the built file, its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

const TERM_MS = 10_000;

/** A program of the stage that runs beside us, with its output in a file. */
export class Child {
  private exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;
  private readonly closed: Promise<void>;

  private constructor(
    private readonly request: ChildRequest,
    private readonly process: ChildProcess,
  ) {
    const log = createWriteStream(request.logFile, { flags: 'a', mode: 0o600 });
    process.stdout?.pipe(log, { end: false });
    process.stderr?.pipe(log, { end: false });
    this.closed = new Promise((resolve) => {
      process.once('close', (code, signal) => {
        this.exit = { code, signal };
        log.end();
        resolve();
      });
    });
  }

  /** Starts Node on a built file. The environment is the one given and nothing else, so that a stray variable changes nothing. */
  static start(request: ChildRequest): Child {
    const child = spawn(process.execPath, [...request.args], { env: { ...request.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    return new Child(request, child);
  }

  /** The same program once more, after this one has ended. */
  async startAgain(): Promise<Child> {
    await this.closed;
    return Child.start(this.request);
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.request.name} did not start`);
    return this.process.pid;
  }

  get hasEnded(): boolean {
    return this.exit !== undefined;
  }

  /** The end of its log, for the moment when it did not do what it should. */
  async lastWords(lines = 15): Promise<string> {
    const text = await readFile(this.request.logFile, 'utf8');
    return `${this.request.name}${this.exit === undefined ? '' : ` (ended with ${this.exit.signal ?? String(this.exit.code)})`}:\n${text.trimEnd().split('\n').slice(-lines).join('\n')}`;
  }

  async stop(): Promise<void> {
    if (this.exit !== undefined) return;
    this.process.kill('SIGTERM');
    const force = setTimeout(() => this.process.kill('SIGKILL'), TERM_MS);
    await this.closed;
    clearTimeout(force);
  }
}
