import { until } from '#testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StagePostgres } from '../../e2e/stage/stage-postgres.js';
import { childProcesses, isAlive } from './child-processes.js';
import type { Suffering } from './supervised.js';

const GONE_MS = 20_000;

/** PostgreSQL with all its backends: each is a process group of its own, so that a signal to the postmaster alone stops nobody. */
export class SufferingPostgres implements Suffering {
  constructor(
    private readonly postgres: StagePostgres,
    private readonly directory: string,
  ) {}

  get isRunning(): boolean {
    const pid = this.postmaster();
    return pid !== undefined && isAlive(pid);
  }

  async start(): Promise<void> {
    await this.postgres.stop(); // what is left of the one before
    await this.postgres.start();
  }

  /** SIGKILL of the postmaster; its backends notice and end. */
  async kill(): Promise<void> {
    const pid = this.postmaster();
    if (pid === undefined || !isAlive(pid)) return;
    const family = [pid, ...childProcesses(pid)];
    for (const member of family) signal(member, 'SIGKILL');
    await until('PostgreSQL is gone with all its backends', GONE_MS, () => (family.some(isAlive) ? undefined : true));
  }

  pause(): void {
    this.toFamily('SIGSTOP');
  }

  resume(): void {
    this.toFamily('SIGCONT');
  }

  private toFamily(name: 'SIGSTOP' | 'SIGCONT'): void {
    const pid = this.postmaster();
    if (pid === undefined) return;
    signal(pid, name); // the postmaster first, so that it makes no child that we do not see
    for (const child of childProcesses(pid)) signal(child, name);
  }

  private postmaster(): number | undefined {
    try {
      const pid = Number(readFileSync(join(this.directory, 'postmaster.pid'), 'utf8').split('\n')[0]);
      return Number.isInteger(pid) && pid > 0 ? pid : undefined;
    } catch {
      return undefined; // not started, or ended in good order
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it went while we looked
  }
}
