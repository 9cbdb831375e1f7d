import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { untilGroupIsGone } from './process-group.js';

/**
 * Runs "$@" and kills it as soon as standard input ends, which it does when the process that started us is gone for whatever reason:
 * neither exit handlers nor pid files see a SIGKILL, this does.
 */
export const GUARD_SCRIPT = 'exec 3<&0; "$@" 3<&- </dev/null & pid=$!; (cat <&3 >/dev/null; kill -9 $pid 2>/dev/null) >/dev/null 2>&1 & wait $pid';

export interface GuardedProcessRequest {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Standard output and error are appended here. */
  readonly logPath: string;
  /** Beside a bare PATH and a HOME of its own, which it may replace; nothing of ours is passed on. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server program of a test, in its own process group, that cannot outlive us. */
export class GuardedProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #isRunning = true;
  #isKilled = false;

  constructor(private readonly request: GuardedProcessRequest) {
    const log = openSync(request.logPath, 'a');
    this.#child = spawn('/bin/sh', ['-c', GUARD_SCRIPT, 'guard', request.file, ...request.args], {
      cwd: request.cwd, detached: true, stdio: ['pipe', log, log], env: { PATH: '/usr/bin:/bin', HOME: request.cwd, ...request.env },
    });
    closeSync(log);
    this.#exited = new Promise<void>((resolve) => {
      this.#child.once('error', () => resolve());
      this.#child.once('exit', () => resolve());
    }).then(() => {
      this.#isRunning = false;
    });
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The process group: guard and program. */
  get groupId(): number | undefined {
    return this.#child.pid;
  }

  /** What it wrote last, for an error message. */
  logTail(): string {
    return `${this.request.name}:\n${readFileSync(this.request.logPath, 'utf8').slice(-3000)}`;
  }

  /** SIGSTOP: the whole group stands still, its sockets stay open. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  /** Kills the whole group and waits until all of it is gone, and with it what it held, such as a port. Nothing here has state worth a graceful end. */
  async kill(): Promise<void> {
    const groupId = this.#child.pid;
    if (groupId === undefined || this.#isKilled) return this.#exited;
    this.#isKilled = true; // once only: afterwards the number may be somebody else's
    try {
      process.kill(-groupId, 'SIGKILL'); // also when the program has ended by itself: its guard waits for us
    } catch {
      this.#child.kill('SIGKILL'); // the group went between the look and the kill
    }
    await this.#exited;
    await untilGroupIsGone(groupId);
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#isRunning && this.#child.pid !== undefined) process.kill(-this.#child.pid, signal);
  }
}
