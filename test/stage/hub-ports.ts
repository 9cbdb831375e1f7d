import { freePorts } from '#testing';
import { createServer } from 'node:net';
import type { HubPorts } from './start-hub.js';

/** Ports that nobody else asks for: two stages that start at once must not take the hub of the other for their own. */
export async function anyPorts(): Promise<HubPorts> {
  const [http = 0, agent = 0, enroll = 0] = await freePorts(3);
  return { http, agent, enroll };
}

/** The ports that the docs name, as far as they are free: for a person who looks at what runs. */
export async function usualPorts(): Promise<HubPorts> {
  const any = await anyPorts();
  return { http: await orElse(8080, any.http), agent: await orElse(8443, any.agent), enroll: await orElse(8444, any.enroll) };
}

function orElse(preferred: number, other: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(other));
    server.listen(preferred, '127.0.0.1', () => server.close(() => resolve(preferred)));
  });
}
