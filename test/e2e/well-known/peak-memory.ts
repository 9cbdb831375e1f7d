import { readFileSync, writeFileSync } from 'node:fs';

/** The most memory that one program has had resident, as the kernel counts it. What it starts (git, renders) is not in it. */
export class PeakMemory {
  private readonly pid: number;

  /** @param groupId of a guarded program: of the guard, whose child it is */
  constructor(groupId: number) {
    const [pid] = readFileSync(`/proc/${groupId}/task/${groupId}/children`, 'utf8').trim().split(' ').filter((child) => readFileSync(`/proc/${child}/comm`, 'utf8').trim() !== 'sh');
    if (pid === undefined) throw new Error(`process ${groupId} guards nothing`);
    this.pid = Number(pid);
  }

  /** From now on. */
  reset(): void {
    writeFileSync(`/proc/${this.pid}/clear_refs`, '5');
  }

  mb(): number {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
    if (kilobytes === undefined) throw new Error(`process ${this.pid} tells no peak`);
    return Number(kilobytes) / 1024;
  }
}
