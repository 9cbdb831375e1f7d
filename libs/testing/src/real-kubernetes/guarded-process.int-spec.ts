import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
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

  it('holds nothing any more once kill has resolved, however much memory it has to give back', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-guard-'));
    const script = `const memory = Buffer.alloc(400 * 1024 * 1024, 1); const server = require('net').createServer(); server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port + ' ' + memory.length));`;
    const running = new GuardedProcess({ name: 'server', file: process.execPath, args: ['-e', script], cwd: directory, logPath: join(directory, 'log') });
    const port = await until('it listens', 20_000, () => (existsSync(join(directory, 'log')) ? /port (\d+)/.exec(running.logTail())?.[1] : undefined));
    await running.kill();
    await listenOnce(Number(port));
    await rm(directory, { recursive: true, force: true });
  });
});

/** @throws when somebody holds the port. */
async function listenOnce(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

/** Whether a process group has members; a group id is the id of its first process. */
function isAlive(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
    return true;
  } catch {
    return false;
  }
}
