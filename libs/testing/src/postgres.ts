import type { Pool } from 'pg';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A migrated database of one suite. */
export interface TestDatabase {
  /** As the application role `capstan_app`: what the hub runs with. */
  readonly url: string;
  /** As the owner of the tables. */
  readonly ownerUrl: string;
  /** A small pool as the owner, to arrange and to look; ended by `drop`. */
  readonly pool: Pool;
  /** Closes every connection and removes the database. */
  drop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const KEEPER = fileURLToPath(new URL('./postgres-keeper.ts', import.meta.url));
const HOME = join(tmpdir(), `capstan-test-postgres-${userInfo().uid}-${sha(ROOT).slice(0, 8)}`);
const START_DEADLINE_MS = 60_000;
const TEMPLATE_LOCK = 4_711;

/**
 * A fresh database with the real schema, cloned from a template that is migrated once per state of the migrations (15-45 ms).
 * The server behind it is shared by all test processes and ends by itself.
 */
export async function aDatabase(): Promise<TestDatabase> {
  const port = await testServer();
  const { Client, Pool } = (await import('pg')).default;
  const admin = new Client({ connectionString: urlOf(port, 'postgres', 'postgres') });
  await admin.connect();
  const name = `suite_${process.pid}_${randomBytes(6).toString('hex')}`;
  try {
    // One at a time: cloning fails while anybody is connected to the template, and so does creating a role twice.
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const template = await migratedTemplate(admin, port);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY OWNER capstan_owner`);
    await admin.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  } finally {
    await admin.end();
  }
  const ownerUrl = urlOf(port, 'capstan_owner', name);
  const pool = new Pool({ connectionString: ownerUrl, max: 4 });
  pool.on('error', () => undefined); // drop() ends connections by force
  return {
    url: urlOf(port, 'capstan_app', name),
    ownerUrl,
    pool,
    async drop() {
      await pool.end();
      const client = new Client({ connectionString: urlOf(port, 'postgres', 'postgres') });
      await client.connect();
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await client.end();
    },
  };
}

/** An empty database without any schema, for tests of the migrations themselves. */
export async function anEmptyDatabase(): Promise<TestDatabase> {
  const database = await aDatabase();
  await database.pool.query('DROP SCHEMA public CASCADE');
  await database.pool.query('CREATE SCHEMA public');
  return database;
}

interface Queries {
  query(sql: string, values?: unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

async function migratedTemplate(admin: Queries, port: number): Promise<string> {
  const name = `template_${await stateOfMigrations()}`;
  const found = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (found.rows.length > 0) return name;
  for (const role of ['capstan_owner', 'capstan_app']) {
    const known = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    if (known.rows.length === 0) await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
  }
  const draft = `${name}_draft`;
  await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${draft} OWNER capstan_owner`);
  // Loaded late: most suites that import #testing need neither TypeORM nor the hub.
  const { migrate } = await import('../../../apps/hub/src/platform/database/migrate.js');
  await migrate({ ownerUrl: urlOf(port, 'capstan_owner', draft), appRole: 'capstan_app' });
  await admin.query(`ALTER DATABASE ${draft} RENAME TO ${name}`); // only a finished template has the name
  return name;
}

async function stateOfMigrations(): Promise<string> {
  const folders = [join(ROOT, 'migrations'), join(ROOT, 'apps/hub/src/platform/database')];
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const file of (await readdir(folder)).toSorted()) {
      if (/^(\d+-.*|index|migrate|partitions)\.ts$/.test(file)) hash.update(file).update(await readFile(join(folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Port of the shared server, which this process starts if nobody has, and keeps alive by the file named after its pid. */
async function testServer(): Promise<number> {
  const deadline = process.hrtime.bigint() + BigInt(START_DEADLINE_MS) * 1_000_000n;
  while (process.hrtime.bigint() < deadline) {
    await mkdir(join(HOME, 'users'), { recursive: true, mode: 0o755 });
    await chmod(HOME, 0o755); // PostgreSQL runs as another user when the tests run as root
    await writeFile(join(HOME, 'users', String(process.pid)), '').catch(() => undefined); // the keeper may be clearing away
    const server = await readServer();
    if (server !== undefined && 'failure' in server) {
      await rm(HOME, { recursive: true, force: true });
      throw new Error(`PostgreSQL for tests did not start: ${server.failure}`);
    }
    if (server !== undefined && isAlive(server.keeper)) return server.port;
    if (server !== undefined) await rm(HOME, { recursive: true, force: true }); // its keeper was killed
    else if (await takeStartLock()) spawn(process.execPath, ['--no-warnings', KEEPER, HOME], { cwd: ROOT, detached: true, stdio: 'ignore' }).unref();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`PostgreSQL for tests did not start within ${START_DEADLINE_MS} ms`);
}

type ServerState = { readonly port: number; readonly keeper: number } | { readonly failure: string };

async function readServer(): Promise<ServerState | undefined> {
  try {
    return JSON.parse(await readFile(join(HOME, 'server.json'), 'utf8')) as ServerState;
  } catch (error) {
    // No instanceof: under Jest the errors of node:fs come from another realm.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** True for the one process that shall start the server. A lock whose process has died counts no more. */
async function takeStartLock(): Promise<boolean> {
  const lock = join(HOME, 'starting');
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function urlOf(port: number, user: string, database: string): string {
  return `postgres://${user}:${user}@127.0.0.1:${port}/${database}`;
}

function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
