import { beforeEach, describe, expect, it } from '@jest/globals';
import { noTracer, silentLog } from '#kernel';
import { repositoryId, type RepositoryId } from '#domain';
import { systemClock, systemMonotonic, systemRandom, systemTimers, uuidV7Ids } from '#runtime';
import { aClock } from '#testing';
import { createHmac } from 'node:crypto';
import { ReceiveWebhook, type WebhookAnswer } from './receive-webhook.js';
import { githubScheme } from './schemes/github.js';
import { WebhookSeats } from './webhook-seats.js';
import type { WebhookHeaders } from './webhook-scheme.js';

const REPOSITORY = repositoryId('00000000-0000-7000-8000-000000000001');
const WITHOUT_SECRET = repositoryId('00000000-0000-7000-8000-000000000002');
const SECRET = 'a secret of webhooks';
const PUSH = JSON.stringify({ ref: 'refs/heads/main' });
const MIB = 1024 * 1024;

async function* chunksOf(body: string | Uint8Array): AsyncIterableIterator<Uint8Array> {
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}

function signed(body: string | Uint8Array, part: WebhookHeaders = {}): WebhookHeaders {
  return { 'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`, 'x-github-event': 'push', ...part };
}

describe('ReceiveWebhook', () => {
  let hints: RepositoryId[];
  let receive: ReceiveWebhook;
  let failures: number;
  beforeEach(() => {
    hints = [];
    failures = 0;
    receive = new ReceiveWebhook({
      secretOf: (id) => Promise.resolve(id === REPOSITORY ? SECRET : undefined),
      refsOf: () => Promise.resolve(['main']),
      hint: (id) => (failures-- > 0 ? Promise.reject(new Error('no database')) : Promise.resolve(void hints.push(id))),
      clock: aClock(), ids: uuidV7Ids(systemClock, systemRandom), tracer: noTracer(systemClock), log: silentLog, seats: new WebhookSeats(systemMonotonic, systemTimers),
    });
  });
  const send = (body: string | Uint8Array, headers: WebhookHeaders = signed(body), repository: RepositoryId | undefined = REPOSITORY): Promise<WebhookAnswer> =>
    receive.execute({ repository, scheme: githubScheme, headers, body: chunksOf(body) });

  it('makes the repository due', async () => {
    expect(await send(PUSH)).toBe('ACCEPTED');
    expect(hints).toEqual([REPOSITORY]);
  });

  it.each<[string, () => Promise<WebhookAnswer>]>([
    ['a wrong signature', () => send(PUSH, signed(`${PUSH} `))],
    ['no signature', () => send(PUSH, {})],
    ['a repository without a secret', () => send(PUSH, signed(PUSH), WITHOUT_SECRET)],
    ['an unknown repository', () => receive.execute({ repository: undefined, scheme: githubScheme, headers: signed(PUSH), body: chunksOf(PUSH) })],
    ['the signature of an empty secret', () => send(PUSH, { 'x-hub-signature-256': `sha256=${createHmac('sha256', '').update(PUSH).digest('hex')}` }, WITHOUT_SECRET)],
  ])('refuses %s alike, and hints at nothing', async (_name, request) => {
    expect(await request()).toBe('REFUSED');
    expect(hints).toEqual([]);
  });

  it('takes a delivery once, unless it could not be written down', async () => {
    failures = 1;
    await expect(send(PUSH, signed(PUSH, { 'x-github-delivery': 'd1' }))).rejects.toThrow('no database');
    for (const delivery of ['d1', 'd1', 'd2']) expect(await send(PUSH, signed(PUSH, { 'x-github-delivery': delivery }))).toBe('ACCEPTED');
    expect(hints).toEqual([REPOSITORY, REPOSITORY]);
  });

  it('hints at nothing for a ref that nobody follows, and for other events', async () => {
    expect(await send(JSON.stringify({ ref: 'refs/heads/other' }))).toBe('ACCEPTED');
    expect(await send(PUSH, signed(PUSH, { 'x-github-event': 'ping' }))).toBe('ACCEPTED');
    expect(hints).toEqual([]);
  });

  it('hints for what it cannot read, once the signature is right', async () => {
    expect(await send('payload=%7B')).toBe('ACCEPTED');
    expect(await send(Buffer.alloc(2 * MIB, 'x'))).toBe('ACCEPTED');
    expect(hints).toEqual([REPOSITORY, REPOSITORY]);
  });

  it('reads no more than 25 MiB', async () => {
    let given = 0;
    async function* endless(): AsyncIterableIterator<Uint8Array> {
      for (;;) {
        given += MIB;
        yield new Uint8Array(MIB);
      }
    }
    expect(await receive.execute({ repository: REPOSITORY, scheme: githubScheme, headers: signed(PUSH), body: endless() })).toBe('TOO_LARGE');
    expect(given).toBe(26 * MIB);
  });

  it('takes four at once; a fifth waits, and sends a slow one away', async () => {
    const gate = Promise.withResolvers<void>();
    async function* slow(): AsyncIterableIterator<Uint8Array> {
      await gate.promise;
      yield Buffer.from(PUSH);
    }
    const slowly = (): Promise<WebhookAnswer> => receive.execute({ repository: REPOSITORY, scheme: githubScheme, headers: signed(PUSH), body: slow() });
    const four = [slowly(), slowly(), slowly(), slowly()];
    expect(await send(PUSH)).toBe('ACCEPTED');
    gate.resolve();
    expect(await Promise.all(four)).toEqual(['BUSY', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED']);
    expect(await send(PUSH)).toBe('ACCEPTED');
  });
});
