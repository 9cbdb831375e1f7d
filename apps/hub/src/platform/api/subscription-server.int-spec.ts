import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '#kernel';
import { systemRandom, systemTimers, systemMonotonic } from '#runtime';
import { aDatabase, countingIds, seededRandom, type TestDatabase } from '#testing';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { WebSocket } from 'ws';
import { Authenticator, bootstrapAdministrator, mintApiToken } from '../access/index.js';
import { openDataSource, TransactionContext } from '../database/index.js';
import { SecretText } from '../secrets/index.js';
import { eventStream } from './event-stream.js';
import { SubscriptionServer } from './subscription-server.js';

const token = mintApiToken(systemRandom).text;
const listeners = new Set<(event: string) => void>();
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { ping: { type: GraphQLString, resolve: () => 'pong' } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      heard: {
        type: GraphQLString,
        subscribe: () => eventStream<string>((push) => { listeners.add(push); return () => void listeners.delete(push); }, { keyOf: (event) => event, capacity: 100 }),
        resolve: (event: unknown) => {
          if (event === 'bad') throw new Error('canary-4711');
          return event;
        },
      },
    },
  }),
});

describe('SubscriptionServer', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let server: Server;
  let subscriptions: SubscriptionServer;
  let port: number;
  let dataDir: string;

  beforeAll(async () => {
    database = await aDatabase();
    dataSource = await openDataSource({ url: database.url, entities: [], poolSize: 4, applicationName: 'test', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000, idleInTransactionTimeoutMs: 20_000, log: silentLog });
    const tx = new TransactionContext(dataSource, systemTimers, seededRandom());
    dataDir = await mkdtemp(join(tmpdir(), 'capstan-ws-'));
    await bootstrapAdministrator({ tx, ids: countingIds(), random: systemRandom, log: silentLog }, new SecretText(token), dataDir);
    server = createServer();
    subscriptions = new SubscriptionServer(schema, { authenticator: new Authenticator(tx), timers: systemTimers, monotonicMs: () => systemMonotonic.nowMs(), ids: countingIds(100), log: silentLog });
    subscriptions.attach(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  }, 60_000);
  afterAll(async () => {
    await subscriptions.close();
    await new Promise((resolve) => server.close(resolve));
    await dataSource.destroy();
    await database.drop();
    await rm(dataDir, { recursive: true });
  });

  const url = (): string => `ws://127.0.0.1:${port}/graphql`;
  const aClient = (parameters: Record<string, unknown>, headers: Record<string, string> = {}): { client: Client; closed: Promise<number> } => {
    let report: (code: number) => void = () => undefined;
    const closed = new Promise<number>((resolve) => (report = resolve));
    const Socket = class extends WebSocket {
      constructor(address: string, protocols: string | string[]) {
        super(address, protocols, { headers });
        this.on('close', (code: number) => report(code));
        this.on('error', () => undefined);
      }
    };
    return { client: createClient({ url: url(), webSocketImpl: Socket, connectionParams: parameters, retryAttempts: 0, lazy: true }), closed };
  };
  const emitWhenHeard = async (event: string): Promise<void> => {
    while (listeners.size === 0) await systemTimers.sleep(5);
    for (const listener of listeners) listener(event);
  };

  afterEach(async () => {
    while (listeners.size > 0) await systemTimers.sleep(5); // nothing may stay subscribed once its client has gone
  }, 120_000);

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['in connection_init', { authorization: `Bearer ${token}` }, {}],
    ['with the upgrade', {}, { authorization: `Bearer ${token}` }],
  ])('delivers events to a viewer whose token came %s', async (_name, parameters, headers) => {
    const { client } = aClient(parameters, headers);
    const events = client.iterate<{ heard: string }>({ query: 'subscription { heard }' });
    const first = events.next();
    await emitWhenHeard('hello');
    expect(await first).toEqual({ done: false, value: { data: { heard: 'hello' } } });
    await events.return?.();
    await client.dispose();
  });

  it.each<[string, Record<string, unknown>]>([['no token', {}], ['a wrong token', { authorization: `Bearer cap_aaaaaaaa_${'A'.repeat(43)}` }]])('closes with 4403 for %s in connection_init', async (_name, parameters) => {
    const { client, closed } = aClient(parameters);
    await expect(client.iterate({ query: 'subscription { heard }' }).next()).rejects.toBeDefined();
    expect(await closed).toBe(4403);
  });

  it.each<[string, Record<string, string>, string, number]>([
    ['a wrong token', { authorization: 'Bearer nonsense' }, '/graphql', 401], ['another origin', { origin: 'https://evil.example' }, '/graphql', 403], ['another path', {}, '/elsewhere', 404],
  ])('refuses the upgrade for %s', async (_name, headers, path, status) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, 'graphql-transport-ws', { headers });
    const answer = await new Promise<number>((resolve) => socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)));
    expect(answer).toBe(status);
    socket.on('error', () => undefined);
    socket.terminate();
  });

  it('refuses queries, bad documents and documents past the limits', async () => {
    const { client } = aClient({ authorization: `Bearer ${token}` });
    for (const [query, code] of [['{ ping }', 'DOCUMENT_REFUSED'], ['subscription { nothing }', 'BAD_REQUEST'], ['subscription {', 'BAD_REQUEST'], [`subscription { ${Array.from({ length: 40 }, (_, n) => `a${n}: heard`).join(' ')} }`, 'DOCUMENT_REFUSED']] as const) {
      await expect(client.iterate({ query }).next()).rejects.toEqual(expect.arrayContaining([expect.objectContaining({ extensions: expect.objectContaining({ code }) })]));
    }
    await client.dispose();
  });

  it('masks errors of events', async () => {
    const { client } = aClient({ authorization: `Bearer ${token}` });
    const events = client.iterate({ query: 'subscription { heard }' });
    const first = events.next();
    await emitWhenHeard('bad');
    const text = JSON.stringify(await first);
    expect(text).toContain('INTERNAL_ERROR');
    expect(text).not.toContain('canary-4711');
    await client.dispose();
  });

  it('closes an idle subscription within five seconds of the revocation of its token', async () => {
    const { client, closed } = aClient({ authorization: `Bearer ${token}` });
    const events = client.iterate({ query: 'subscription { heard }' });
    const first = events.next();
    await emitWhenHeard('hello');
    await first;
    await database.pool.query('UPDATE api_tokens SET revoked_at = now()');
    const answered = new AbortController();
    const late = systemTimers.sleep(5_000, answered.signal).then(() => 0, () => 0);
    expect(await Promise.race([closed, late])).toBe(4403);
    answered.abort();
    await Promise.resolve(client.dispose());
  }, 120_000);
});
