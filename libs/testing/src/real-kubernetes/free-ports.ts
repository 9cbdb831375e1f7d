import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Below the range from which Linux takes the ports of outgoing connections (32768 on): a client that retries while a server is down must
 * never be given the server's own port, or the server cannot come back.
 */
const FIRST = 15_000;
const LAST = 32_000;
/**
 * Processes that start servers at the same time look in parts of their own, so that none is given a port which another has found free and not taken yet,
 * or whose server it is about to start again. Workers of Jest are numbered; a number beyond shares a part.
 */
const PARTS = 4;
const PART_SIZE = (LAST - FIRST) / PARTS;
const MAX_TRIES = 200;

/** `count` ports of 127.0.0.1 that were free a moment ago, fit for a server that is stopped and started again. All are held together, so that no two are the same. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  const first = FIRST + (Number(process.env['JEST_WORKER_ID'] ?? 0) % PARTS) * PART_SIZE;
  for (let tries = 0; ports.length < count; tries += 1) {
    if (tries > MAX_TRIES) throw new Error(`no ${count} free ports between ${FIRST} and ${LAST}`);
    const port = randomInt(first, first + PART_SIZE);
    const server = await tryListen(port);
    if (server === undefined) continue;
    servers.push(server);
    ports.push(port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Undefined where somebody listens already. */
function tryListen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
