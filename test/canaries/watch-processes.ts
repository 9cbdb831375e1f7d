import { errorCode } from '#kernel';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { CanarySearch } from './canary-search.js';

/** Looks at command line and environment of everything that runs below a process. Linux. */
export class ProcessWatch {
  /** Programs that were looked at, by the names of their files. */
  readonly programs = new Set<string>();
  /** Of every process seen: whether it stands below the root. A process keeps its answer, also when its parent ends. */
  private readonly isBelow = new Map<string, boolean>();

  constructor(
    private readonly root: number,
    private readonly search: CanarySearch,
  ) {}

  /** One look, synchronous, so that nobody whom we keep waiting can end meanwhile. */
  look(): void {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const alive = new Set(pids);
    for (const pid of this.isBelow.keys()) if (!alive.has(pid)) this.isBelow.delete(pid);
    for (const pid of pids) if (this.belongs(pid)) this.lookAt(pid);
  }

  private belongs(pid: string): boolean {
    const known = this.isBelow.get(pid);
    if (known !== undefined) return known;
    const parent = parentOf(pid);
    const belongs = parent === String(this.root) || (parent !== undefined && parent !== '0' && this.belongs(parent));
    this.isBelow.set(pid, belongs);
    return belongs;
  }

  private lookAt(pid: string): void {
    const program = ofProcess(() => basename(readlinkSync(`/proc/${pid}/exe`)));
    const commandLine = ofProcess(() => readFileSync(`/proc/${pid}/cmdline`));
    const environment = ofProcess(() => readFileSync(`/proc/${pid}/environ`));
    if (program === undefined) return;
    this.programs.add(program);
    if (commandLine !== undefined) this.search.look('process arguments', program, commandLine);
    if (environment !== undefined) this.search.look('environment', program, environment);
  }
}

function parentOf(pid: string): string | undefined {
  const stat = ofProcess(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
}

/** Undefined when the process is gone; everything else that goes wrong is told, for a place that cannot be read is not a clean one. */
function ofProcess<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
