import { ManualTimers, seededRandom } from '#testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocketServer, type WebSocket as Socket } from 'ws';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { HubClient } from '../hub/hub-client.js';
import { followRollout, type RolloutNews } from './follow-rollout.js';

const servers: WebSocketServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Say = (state: string) => void;

/** A hub whose n-th subscription is answered by the n-th function. */
async function aHub(...answers: readonly ((say: Say, socket: Socket) => void)[]): Promise<string> {
  const hub = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/graphql' });
  servers.push(hub);
  let connections = 0;
  hub.on('connection', (socket) => {
    const answer = answers[connections] ?? (() => socket.close(1001));
    connections += 1;
    socket.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString('utf8')) as { readonly type: string };
      if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }));
      if (type === 'subscribe') answer((state) => socket.send(JSON.stringify({ id: '1', type: 'next', payload: { data: { rolloutChanged: { state } } } })), socket);
    });
  });
  await new Promise((resolve) => hub.once('listening', resolve));
  const address = hub.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** What is told until the rollout has succeeded, but for the seconds; `paceMs` of time go by in five milliseconds. */
async function toldBy(server: string, paceMs = 100, interrupted = new AbortController()): Promise<readonly string[]> {
  const timers = new ManualTimers();
  const context = { hub: new HubClient(() => ({ server, token: 'cap_x' })), timers, monotonic: timers.clock, signal: interrupted.signal } as unknown as CommandContext;
  const told: string[] = [];
  const time = setInterval(() => void timers.advance(paceMs), 5);
  try {
    for await (const news of followRollout(context, 'r', seededRandom(1))) {
      if (news.kind === 'second') continue;
      told.push(textOf(news));
      if (told.at(-1) === 'SUCCEEDED') return told;
    }
  } finally {
    clearInterval(time);
  }
  throw new Error('it ended by itself');
}

function textOf(news: Exclude<RolloutNews, { kind: 'second' }>): string {
  return news.kind === 'rollout' ? news.rollout.state : `away: ${news.why}`;
}

describe('following a rollout', () => {
  it('comes back after the hub has gone, and misses no end', async () => {
    const server = await aHub((say, socket) => {
      say('RUNNING');
      socket.close(1001);
    }, (_say, socket) => socket.terminate(), (say) => say('SUCCEEDED'));
    expect(await toldBy(server)).toEqual(['RUNNING', 'away: the hub closed the connection (1001)', expect.stringMatching(/^away: /), 'SUCCEEDED']);
  });

  it('subscribes again where something may have gone untold', async () => {
    const server = await aHub((say, socket) => {
      say('RUNNING');
      socket.send(JSON.stringify({ id: '1', type: 'complete' }));
    }, (say) => say('SUCCEEDED'));
    expect(await toldBy(server)).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  it('takes a hub that says nothing for gone', async () => {
    const server = await aHub((say) => say('RUNNING'), (say) => say('SUCCEEDED'));
    expect(await toldBy(server, 1_000)).toEqual(['RUNNING', 'away: the hub has fallen silent', 'SUCCEEDED']);
  });

  it('gives up on a hub that stays away', async () => {
    await expect(toldBy('http://127.0.0.1:1', 2_000)).rejects.toMatchObject({ exitCode: EXIT.HUB_UNREACHABLE });
  });

  it('ends at once when it is interrupted, at the hub too', async () => {
    const interrupted = new AbortController();
    let left: Promise<unknown> | undefined;
    const server = await aHub((say, socket) => {
      left = new Promise((resolve) => socket.on('close', resolve));
      say('RUNNING');
      interrupted.abort(new Error('interrupted'));
    });
    await expect(toldBy(server, 100, interrupted)).rejects.toThrow('interrupted');
    expect(await left).toBe(1000);
  });

  it('does not ask again where it is refused', async () => {
    const server = await aHub((_say, socket) => socket.close(4403));
    await expect(toldBy(server)).rejects.toMatchObject({ exitCode: EXIT.NOT_AUTHENTICATED });
  });
});
