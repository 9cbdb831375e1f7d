import { readdirSync, readFileSync } from 'node:fs';

const LOOK_MS = 10;

/** Resident, in MB. */
export interface Peak {
  /** Of the process itself, as the kernel counts it: nothing is missed. */
  readonly ownMb: number;
  /** Of it and all below it at the same time, by looking. */
  readonly atOnceMb: number;
}

/** The most memory that a process and all below it had. */
export class MemoryOfTree {
  private peak: Peak = { ownMb: 0, atOnceMb: 0 };
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  stop(): Peak {
    clearInterval(this.timer);
    this.look();
    return this.peak;
  }

  private look(): void {
    const ownMb = kilobytesOf(this.pid, 'VmHWM') / 1024;
    const nowMb = [this.pid, ...below(this.pid)].reduce((sum, pid) => sum + kilobytesOf(pid, 'VmRSS'), 0) / 1024;
    this.peak = { ownMb: Math.max(this.peak.ownMb, ownMb), atOnceMb: Math.max(this.peak.atOnceMb, ownMb, nowMb) };
  }
}

function below(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readIfThere(`/proc/${entry}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const walk = (parent: number): readonly number[] => (children.get(parent) ?? []).flatMap((child) => [child, ...walk(child)]);
  return walk(pid);
}

function kilobytesOf(pid: number, field: 'VmHWM' | 'VmRSS'): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readIfThere(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** Empty when the process has ended since it was listed. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
