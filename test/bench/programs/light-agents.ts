/**
 * Light agents of many clusters in one process, and a witness of what they hold: `GET /<commit>` on loopback answers `LightHoldings`.
 * What to join comes as JSON in BENCH_JOINING, the port of the witness in BENCH_PORT.
 */
import { createServer } from 'node:http';
import type { Joining } from '../setup/join-token.js';
import { LightAgent, type LightHoldings } from './light-agent.js';

const AT_ONCE_MS = 20;

const joining = JSON.parse(process.env['BENCH_JOINING'] ?? '[]') as readonly Joining[];
const agents = joining.map((one) => new LightAgent(one));
const leaving = new AbortController();
const witness = createServer((request, response) => {
  const commit = (request.url ?? '/').slice(1);
  const held = agents.map((agent) => agent.holds(commit));
  const sum = (pick: (one: (typeof held)[number]) => number): number => held.reduce((total, one) => total + pick(one), 0);
  const answer: LightHoldings = { connected: agents.filter(({ isConnected }) => isConnected).length, targets: sum(({ targets }) => targets), repeated: sum(({ repeated }) => repeated) };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
}).listen(Number(process.env['BENCH_PORT']), '127.0.0.1');

process.once('SIGTERM', () => leaving.abort(new Error('the benchmark is over')));
await Promise.all(agents.map(async (agent, index) => {
  await new Promise((resolve) => setTimeout(resolve, index * AT_ONCE_MS)); // a storm of handshakes is another benchmark
  await agent.run(leaving.signal);
}));
witness.close();
witness.closeAllConnections();
