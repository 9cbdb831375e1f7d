import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../until.js';
import { GUARD_SCRIPT, GuardedProcess } from './guarded-process.js';

describe('a guarded process', () => {
  it('does not outlive a parent that is killed', async () => {
    const script = `const child = require('child_process').spawn('/bin/sh', ['-c', ${JSON.stringify(GUARD_SCRIPT)}, 'guard', 'sleep', '600'], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
      process.stdout.write(String(child.pid)); setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const groupId = Number(await new Promise<string>((resolve) => parent.stdout.once('data', (data) => resolve(String(data)))));
    expect(isAlive(groupId)).toBe(true);
    parent.kill('SIGKILL');
    await until('the group is gone', 10_000, () => (isAlive(groupId) ? undefined : true));
  });

  it('is gone, with its guard, once kill has resolved, and says what it wrote', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-guard-'));
    const running = new GuardedProcess({ name: 'sleeper', file: '/bin/sh', args: ['-c', 'echo started; exec sleep 600'], cwd: directory, logPath: join(directory, 'log') });
    await until('it has written', 10_000, () => (existsSync(join(directory, 'log')) && running.logTail().includes('started') ? true : undefined));
    const groupId = running.groupId ?? 0;
    expect([running.isRunning, isAlive(groupId)]).toEqual([true, true]);
    await running.kill();
    expect(running.isRunning).toBe(false);
    await until('the group is gone', 10_000, () => (isAlive(groupId) ? undefined : true));
    await running.kill();
    await rm(directory, { recursive: true, force: true });
  });
});

/** Whether a process group has members; a group id is the id of its first process. */
function isAlive(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
    return true;
  } catch {
    return false;
  }
}
