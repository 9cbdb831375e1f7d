import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocketServer, type WebSocket as Socket } from 'ws';
import { EXIT } from '../exit-codes.js';
import { subscribe } from './subscribe.js';

const servers: WebSocketServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

/** A hub that answers each message as told; `closed` resolves with the code with which the client left. */
async function aHub(answer: (message: Message, say: (message: object) => void, socket: Socket) => void): Promise<{ readonly server: string; readonly heard: Message[]; readonly closed: Promise<number> }> {
  const heard: Message[] = [];
  const hub = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/graphql' });
  servers.push(hub);
  const closed = new Promise<number>((resolve) => {
    hub.on('connection', (socket) => {
      socket.on('close', resolve);
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString('utf8')) as Message;
        heard.push(message);
        answer(message, (one) => socket.send(JSON.stringify(one)), socket);
      });
    });
  });
  await new Promise((resolve) => hub.once('listening', resolve));
  const address = hub.address();
  return { server: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, heard, closed };
}

const events = (...messages: readonly object[]) => ({ type }: Message, say: (message: object) => void): void => {
  if (type === 'connection_init') say({ type: 'connection_ack' });
  if (type === 'subscribe') for (const message of messages) say({ id: '1', ...message });
};
const asked = (server: string) => ({ server, token: 'cap_token', document: 'subscription { x }', variables: { a: 1 } });
const never = new AbortController().signal;

async function all(server: string): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for await (const event of subscribe(asked(server), never)) seen.push(event);
  return seen;
}

describe('subscribe', () => {
  it('says who asks for what, and gives each event until the hub is done', async () => {
    const { server, heard } = await aHub((message, say, socket) => {
      events({ type: 'next', payload: { data: { x: 1 } } }, { type: 'ping' })(message, say);
      if (message.type === 'pong') for (const last of [{ type: 'next', payload: { data: { x: 2 } } }, { type: 'complete' }]) socket.send(JSON.stringify({ id: '1', ...last }));
    });
    expect(await all(server)).toEqual([{ x: 1 }, { x: 2 }]);
    expect(heard).toEqual([
      { type: 'connection_init', payload: { authorization: 'Bearer cap_token' } },
      { id: '1', type: 'subscribe', payload: { query: 'subscription { x }', variables: { a: 1 } } },
      { type: 'pong' },
    ]);
  });

  const forbidden = { message: 'This needs the permission target:logs.', extensions: { code: 'FORBIDDEN', requestId: 'r-1' } };
  it.each([
    ['as an answer', { type: 'error', payload: [forbidden] }],
    ['as an event', { type: 'next', payload: { data: null, errors: [forbidden] } }],
  ])('ends with what the hub refuses %s', async (_how, message) => {
    const { server } = await aHub(events(message));
    await expect(all(server)).rejects.toMatchObject({ exitCode: EXIT.DENIED, message: 'This needs the permission target:logs.' });
  });

  it.each([[4403, EXIT.NOT_AUTHENTICATED], [1001, EXIT.HUB_UNREACHABLE]])('ends when the hub closes with %i', async (code, exitCode) => {
    const { server } = await aHub((_message, _say, socket) => socket.close(code));
    await expect(all(server)).rejects.toMatchObject({ exitCode });
  });

  it('says that nobody is there', async () => {
    await expect(all('http://127.0.0.1:1')).rejects.toMatchObject({ exitCode: EXIT.HUB_UNREACHABLE });
  });

  it('leaves the hub when its reader leaves, and when it is interrupted', async () => {
    const first = await aHub(events({ type: 'next', payload: { data: { x: 1 } } }));
    for await (const event of subscribe(asked(first.server), never)) {
      expect(event).toEqual({ x: 1 });
      break;
    }
    expect(await first.closed).toBe(1000);
    const second = await aHub(events({ type: 'next', payload: { data: { x: 1 } } }));
    const interrupted = new AbortController();
    const reading = (async () => {
      for await (const _event of subscribe(asked(second.server), interrupted.signal)) interrupted.abort(new Error('interrupted'));
    })();
    await expect(reading).rejects.toThrow('interrupted');
    expect(await second.closed).toBe(1000);
  });
});
