import { readFile } from 'node:fs/promises';

/** What a process has used so far. */
export interface ProcessUsage {
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** Linux counts time in hundredths of a second and memory in pages of 4 KiB, on every platform that Node is built for but 64 KiB arm kernels, where the limit is reached later. */
const TICK_MS = 10;
const PAGE_BYTES = 4_096;

/** undefined where the platform does not tell, or the process has ended. */
export async function readUsage(pid: number): Promise<ProcessUsage | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name of the program stands in parentheses and may hold anything; what follows the last one is numbers.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number);
  if (user === undefined || system === undefined || pages === undefined || Number.isNaN(user + system + pages)) return undefined;
  return { cpuMs: (user + system) * TICK_MS, memoryBytes: pages * PAGE_BYTES };
}
