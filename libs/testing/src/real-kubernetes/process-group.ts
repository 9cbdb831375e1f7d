import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MS = 60_000;
const LOOK_AGAIN_MS = 10;

/**
 * Waits until no process of a killed group runs any more. The death of the leader says nothing of the others: a server with much
 * memory takes a while to go, and holds its port as long. Dead processes that nobody has collected yet do not count: they hold nothing.
 *
 * @throws Error when some are still there after a minute
 */
export async function untilGroupIsGone(groupId: number): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (isGroupAlive(groupId)) {
    if (performance.now() > end) throw new Error(`process group ${groupId} is still there ${DEADLINE_MS} ms after it was killed`);
    await sleep(LOOK_AGAIN_MS);
  }
}

function isGroupAlive(groupId: number): boolean {
  if (process.platform !== 'linux') return isSignalled(groupId);
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isRunningMember(name, groupId));
}

/**
 * `pid (name) state parent group ...`; the name may hold anything, brackets too. A process whose first thread is dead still holds
 * everything while another of its threads is on its way out.
 */
function isRunningMember(pid: string, groupId: number): boolean {
  const [state, , group] = statOf(pid).replace(/^.*\) /s, '').split(' ');
  if (Number(group) !== groupId || state === 'X') return false;
  return state !== 'Z' || threadsOf(pid) > 1;
}

function threadsOf(pid: string): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0; // it went between the look and the reading
  }
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // it went between the look and the reading
  }
}

function isSignalled(groupId: number): boolean {
  try {
    return process.kill(-groupId, 0);
  } catch {
    return false;
  }
}
