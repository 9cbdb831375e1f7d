import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** User and system time of its own so far. */
  readonly ownCpuSeconds: number;
  /** The same of its children that have ended. */
  readonly endedCpuSeconds: number;
}

let ticks: number | undefined;
const ticksPerSecond = (): number => (ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })));

/** Every process of the machine, from /proc. One that ends meanwhile is left out. */
export function readProcesses(): readonly ProcessInfo[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    const stat = readIfThere(`/proc/${pid}/stat`);
    return stat === undefined ? [] : [parseStat(Number(pid), stat)];
  });
}

/** A process and everything below it. */
export function treeOf(root: number, all: readonly ProcessInfo[]): readonly ProcessInfo[] {
  const children = Map.groupBy(all, (one) => one.parent);
  const below = (pid: number): readonly ProcessInfo[] => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return [...all.filter((one) => one.pid === root), ...below(root)];
}

export interface ProcessMemory {
  readonly residentMb: number;
  /** Resident and of no file: what would not be shared with another agent. */
  readonly anonymousMb: number;
}

/** @throws when the process is gone. */
export function memoryOf(pid: number): ProcessMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field: string): number => {
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
    if (kilobytes === undefined) throw new Error(`/proc/${pid}/status has no ${field}`);
    return Number(kilobytes) / 1024;
  };
  return { residentMb: megabytes('VmRSS'), anonymousMb: megabytes('RssAnon') };
}

function parseStat(pid: number, stat: string): ProcessInfo {
  const end = stat.lastIndexOf(')'); // the name may hold anything
  const fields = stat.slice(end + 2).split(' ');
  const field = (index: number): number => Number(fields[index]);
  return {
    pid, parent: field(1), name: stat.slice(stat.indexOf('(') + 1, end),
    ownCpuSeconds: (field(11) + field(12)) / ticksPerSecond(), endedCpuSeconds: (field(13) + field(14)) / ticksPerSecond(),
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
