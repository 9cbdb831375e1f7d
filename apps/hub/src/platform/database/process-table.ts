import { runProcess } from '#runtime';
import { readFile } from 'node:fs/promises';

/** True while a process of that number runs (and is not merely waiting to be collected by its parent). */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/^\d+ \(.*\) Z/.test(stat);
}

/** Command line of a process, or undefined when it cannot be told. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  const fromProc = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (fromProc !== undefined) return fromProc.replaceAll('\0', ' ').trim();
  const ps = await runProcess({ file: '/bin/ps', args: ['-o', 'command=', '-p', String(pid)], env: {}, timeoutMs: 3_000, maxOutputBytes: 65_536 });
  return ps.ok ? ps.value.stdout.toString('utf8').trim() : undefined;
}
