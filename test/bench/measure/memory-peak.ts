import { memoryOf, readProcesses, treeOf } from './processes.js';

const LOOK_MS = 20;

/** The most memory that a process and everything below it had at once, by looking every 20 ms: what comes and goes in between is missed. */
export class MemoryPeak {
  private peakMb = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly pid: number) {}

  /** Resident now, in MB; pages that processes share count for each of them. */
  nowMb(): number {
    return treeOf(this.pid, readProcesses()).reduce((sum, one) => sum + residentMb(one.pid), 0);
  }

  start(): void {
    this.peakMb = this.nowMb();
    this.timer = setInterval(() => (this.peakMb = Math.max(this.peakMb, this.nowMb())), LOOK_MS);
  }

  stop(): number {
    clearInterval(this.timer);
    return Math.max(this.peakMb, this.nowMb());
  }
}

function residentMb(pid: number): number {
  try {
    return memoryOf(pid).residentMb;
  } catch {
    return 0; // it has ended since it was listed
  }
}
