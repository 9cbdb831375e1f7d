import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { aHub, type TestHub } from '../a-hub.js';

const SECRET = 'a secret of sixteen or more';
/** Half of what a body may take: the machine may be busy. That an honest one waits for 200 ms a turn and no longer is proven of WebhookSeats, by a clock of its own. */
const HALF_OF_THEIR_TIME_MS = 5_000;
const BODY = JSON.stringify({ ref: 'refs/heads/main' });

describe('senders of webhooks that never end', () => {
  let hub: TestHub;
  let path: string;
  const slow: Socket[] = [];
  const drips: NodeJS.Timeout[] = [];
  beforeAll(async () => {
    hub = await aHub();
    const created = await hub.graphql('mutation ($input: CreateRepositoryInput!) { createRepository(input: $input) { repository { webhookUrls { github } } userErrors { code } } }', {
      input: { name: 'fleet', url: 'https://git.invalid/fleet', poll: '24h', webhookSecret: SECRET },
    });
    path = (created.data as { readonly createRepository: { readonly repository: { readonly webhookUrls: { readonly github: string } } } }).createRepository.repository.webhookUrls.github;
  }, 60_000);
  afterAll(async () => {
    drips.forEach(clearInterval);
    slow.forEach((socket) => socket.destroy());
    await hub.close();
  });

  /** Announces a body and lets it drip. */
  function sendSlowly(): Promise<Socket> {
    const { port } = new URL(hub.url);
    const socket = connect(Number(port), '127.0.0.1');
    slow.push(socket);
    socket.on('error', () => undefined); // it is sent away
    const drip = setInterval(() => socket.write('x'), 50);
    drips.push(drip);
    socket.on('close', () => clearInterval(drip));
    return new Promise((resolve) => socket.write(`POST ${path} HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\nx-hub-signature-256: sha256=${'0'.repeat(64)}\r\n\r\n{`, () => resolve(socket)));
  }

  it('do not keep an honest one out: eight of them, and it is taken long before their time is up', async () => {
    await Promise.all(Array.from({ length: 8 }, sendSlowly));
    await new Promise((resolve) => setTimeout(resolve, 100)); // they sit, or stand in line
    const signature = `sha256=${createHmac('sha256', SECRET).update(BODY).digest('hex')}`;
    for (const delivery of ['one', 'two']) {
      const began = performance.now();
      const answer = await fetch(`${hub.url}${path}`, { method: 'POST', body: BODY, headers: { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': delivery, 'x-hub-signature-256': signature } });
      expect([answer.status, performance.now() - began < HALF_OF_THEIR_TIME_MS]).toEqual([202, true]);
    }
  });

  it('hear that they were sent away, and may come back', async () => {
    slow.splice(0).forEach((socket) => socket.destroy());
    const five = await Promise.all(Array.from({ length: 5 }, sendSlowly));
    const first = await Promise.race(five.map((socket) => new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())))));
    expect(first).toMatch(/^HTTP\/1\.1 503 /);
    expect(first.toLowerCase()).toContain('retry-after: 5');
  });
});
