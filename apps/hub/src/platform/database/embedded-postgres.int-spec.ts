import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog, type Log } from '#kernel';
import { systemRandom, systemTimers } from '#runtime';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedDatabase } from './embedded-postgres.js';
import { isAlive } from './process-table.js';

describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  const said: string[] = [];
  const log: Log = { ...silentLog, warn: (message) => void said.push(message), info: (message) => void said.push(message) };
  const start = (): Promise<EmbeddedDatabase> => startEmbeddedPostgres({ dataDir, timers: systemTimers, random: systemRandom, log });
  const ask = async (url: string, sql: string): Promise<unknown[]> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const postmaster = async (): Promise<number> => Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

  beforeAll(async () => void (dataDir = await mkdtemp(join(tmpdir(), 'capstan-embedded-'))));
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('starts with an owner and an application role, warns aloud, and leaves the signals to the hub', async () => {
    const before = process.listenerCount('SIGTERM');
    const database = await start();
    expect(process.listenerCount('SIGTERM')).toBe(before);
    expect(said.join()).toContain('EMBEDDED POSTGRESQL');
    await ask(database.ownerUrl, 'CREATE TABLE kept AS SELECT 1 AS n');
    expect(await ask(database.appUrl, 'SELECT current_user AS role')).toEqual([{ role: 'capstan_app' }]);
    expect((await stat(join(dataDir, 'postgres.json'))).mode & 0o777).toBe(0o600);
    const pid = await postmaster();
    await database.stop();
    expect(await isAlive(pid)).toBe(false);
  }, 60_000);

  it('adopts the server that a killed hub left behind, and stops it in the end', async () => {
    await start(); // never stopped: as after SIGKILL of the hub
    const pid = await postmaster();
    const database = await start();
    expect(await postmaster()).toBe(pid);
    expect(await ask(database.ownerUrl, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
    await database.stop();
    expect(await isAlive(pid)).toBe(false);
  }, 60_000);

  it('recovers after the server itself was killed', async () => {
    await start();
    const pid = await postmaster();
    process.kill(pid, 'SIGKILL');
    while (await isAlive(pid)) await systemTimers.sleep(20);
    const database = await start();
    expect(await ask(database.ownerUrl, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
    await database.stop();
  }, 60_000);

  it('is not fooled by a stale pid file whose number belongs to another process', async () => {
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n${join(dataDir, 'postgres')}\n1\n5432\n`, { mode: 0o600 });
    const database = await start();
    expect(await ask(database.ownerUrl, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
    await database.stop();
  }, 60_000);

  it('refuses a directory that another living hub uses', async () => {
    await writeFile(join(dataDir, 'hub.pid'), String(process.ppid));
    await expect(start()).rejects.toMatchObject({ code: 'BAD_CONFIGURATION', variable: 'CAPSTAN_DATA_DIR' });
  });
});
