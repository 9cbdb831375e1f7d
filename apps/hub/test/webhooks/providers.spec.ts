import { describe, expect, it } from '@jest/globals';
import { noTracer, silentLog } from '#kernel';
import { repositoryId } from '#domain';
import { systemMonotonic, systemRandom, systemTimers, uuidV7Ids } from '#runtime';
import { aClock } from '#testing';
import fc from 'fast-check';
import { readPush } from '../../src/features/webhooks/read-push.js';
import { ReceiveWebhook, type WebhookAnswer } from '../../src/features/webhooks/receive-webhook.js';
import { WEBHOOK_SCHEMES } from '../../src/features/webhooks/schemes/index.js';
import { WebhookSeats } from '../../src/features/webhooks/webhook-seats.js';
import type { WebhookHeaders } from '../../src/features/webhooks/webhook-scheme.js';
import { DELIVERIES, PROOFS, type Delivery } from './deliveries.js';

const REPOSITORY = repositoryId('00000000-0000-7000-8000-000000000001');
const SECRET = `whsec_${Buffer.from('the thirty-two bytes of a secret').toString('base64')}`;
const OTHER = `whsec_${Buffer.from('the thirty-two bytes of another!').toString('base64')}`;
const NOW = new Date('2026-11-03T08:14:30Z');
const RUNS = process.env['CAPSTAN_TEST_LONG'] === '1' ? 100_000 : 2_000;
const MIB = 1024 * 1024;
const FOLLOWED = ['main', 'v1.4.0', 'feature/canary'];

function aReceiver(secret: string | null = SECRET): { readonly hints: unknown[]; readonly receive: ReceiveWebhook; take(proof: string, delivery: Pick<Delivery, 'headers' | 'body'>, headers: WebhookHeaders): Promise<WebhookAnswer> } {
  const hints: unknown[] = [];
  const clock = aClock(NOW);
  const receive = new ReceiveWebhook({
    secretOf: () => Promise.resolve(secret ?? undefined), refsOf: () => Promise.resolve(FOLLOWED), hint: (id) => Promise.resolve(void hints.push(id)), clock, ids: uuidV7Ids(clock, systemRandom), tracer: noTracer(clock), log: silentLog, seats: new WebhookSeats(systemMonotonic, systemTimers),
  });
  return {
    hints, receive,
    take: (proof, { headers, body }, more) => receive.execute({ repository: REPOSITORY, scheme: WEBHOOK_SCHEMES[PROOFS[proof]?.provider ?? 'generic'], headers: { ...headers, ...more }, body: inChunks(body) }),
  };
}

async function* inChunks(body: Buffer): AsyncIterableIterator<Uint8Array> {
  for (let at = 0; at < body.length; at += 700) yield body.subarray(at, at + 700);
}

const deliveriesOf = (proof: string): readonly Delivery[] => DELIVERIES.filter(({ provider }) => provider === PROOFS[proof]?.provider);
const prove = (proof: string, body: Uint8Array, secret = SECRET, at = NOW): Readonly<Record<string, string>> => PROOFS[proof]?.prove(secret, body, at) ?? {};

describe('what the hosts send', () => {
  it.each(DELIVERIES.map((delivery) => [delivery.name, delivery] as const))('is read: %s', (_name, { provider, headers, refs, body }) => {
    expect(readPush(WEBHOOK_SCHEMES[provider].isAboutRefs(headers), body)).toEqual({ kind: 'REFS', fullRefs: refs });
  });

  it.each<[string, keyof typeof WEBHOOK_SCHEMES, WebhookHeaders]>([
    ['an issue of GitLab', 'gitlab', { 'x-gitlab-event': 'Issue Hook' }],
    ['a release of Gitea', 'gitea', { 'x-gitea-event': 'release' }],
    ['an issue of Forgejo', 'forgejo', { 'x-forgejo-event': 'issues' }],
    ['a pull request of Bitbucket', 'bitbucket', { 'x-event-key': 'pullrequest:created' }],
    ['the test of a connection by Bitbucket', 'bitbucket', { 'x-event-key': 'diagnostics:ping' }],
  ])('is no news: %s', (_name, provider, headers) => {
    expect(readPush(WEBHOOK_SCHEMES[provider].isAboutRefs(headers), Buffer.from('{"ref":"refs/heads/main"}'))).toEqual({ kind: 'NOTHING' });
  });

  it.each<[string, unknown]>([
    ['a change without a name', { push: { changes: [{ new: { type: 'branch' }, old: null }] } }],
    ['a change of nothing', { push: { changes: [{ new: null, old: null }] } }],
    ['a push without changes', { push: { changes: [] } }],
    ['a push of a bookmark', { push: { changes: [{ new: { type: 'bookmark', name: 'main' } }] } }],
    ['more refs than are told', { changes: [{ ref: { id: 'refs/heads/main' } }], refLimitExceeded: true }],
    ['very many refs', { refs: Array.from({ length: 1_001 }, (_, index) => `refs/heads/${index}`) }],
    ['a short ref', { changes: [{ ref: { id: 'main' } }] }],
    ['a list', ['refs/heads/main']],
    ['null', null],
  ])('is a hint that says not where: %s', (_name, payload) => expect(readPush(true, Buffer.from(JSON.stringify(payload)))).toEqual({ kind: 'UNKNOWN' }));
});

describe.each(Object.keys(PROOFS))('the webhooks of %s', (proof) => {
  const first = deliveriesOf(proof)[0];
  if (first === undefined) throw new Error(`no delivery of ${proof}`);

  it('are taken with their proof, once each', async () => {
    for (const delivery of deliveriesOf(proof)) {
      const receiver = aReceiver();
      const headers = prove(proof, delivery.body);
      for (let times = 0; times < 2; times += 1) expect([delivery.name, await receiver.take(proof, delivery, headers)]).toEqual([delivery.name, 'ACCEPTED']);
      const isNamed = WEBHOOK_SCHEMES[delivery.provider].deliveryOf({ ...delivery.headers, ...headers }) !== undefined;
      expect([delivery.name, isNamed, receiver.hints]).toEqual([delivery.name, true, [REPOSITORY]]);
    }
  });

  it('are refused without their proof, with that of another secret, and where no secret is set', async () => {
    const receiver = aReceiver();
    expect(await receiver.take(proof, first, {})).toBe('REFUSED');
    expect(await receiver.take(proof, first, prove(proof, first.body, OTHER))).toBe('REFUSED');
    for (const [name, value] of Object.entries(prove(proof, first.body))) {
      for (const bad of ['', ' ', 'v1,', 'sha256=', value.slice(0, -1), `${value}0`, value.slice(0, 7), [value, value]]) {
        if (bad === value) continue;
        expect([name, bad, await receiver.take(proof, first, { ...prove(proof, first.body), [name]: bad })]).toEqual([name, bad, 'REFUSED']);
      }
    }
    const nobody = aReceiver(null);
    for (const secret of [SECRET, '', 'undefined', 'null']) expect(await nobody.take(proof, first, prove(proof, first.body, secret))).toBe('REFUSED');
    expect([receiver.hints, nobody.hints]).toEqual([[], []]);
  });

  it('are refused with the proof of any other kind of host', async () => {
    const receiver = aReceiver();
    for (const other of Object.keys(PROOFS)) {
      if (other === proof || (PROOFS[other]?.provider === PROOFS[proof]?.provider) || (proof.startsWith('gitlab') && other === 'generic') || proof === 'generic') continue;
      expect([other, await receiver.take(proof, first, prove(other, first.body))]).toEqual([other, 'REFUSED']);
    }
    expect(receiver.hints).toEqual([]);
  });

  it('are cut where their body does not end, whatever they prove by', async () => {
    const receiver = aReceiver();
    let given = 0;
    const endless = { [Symbol.asyncIterator]: () => ({ next: () => ((given += MIB), Promise.resolve({ done: false as const, value: Buffer.alloc(MIB) })) }) };
    const headers = { ...first.headers, ...prove(proof, first.body) };
    expect(await receiver.receive.execute({ repository: REPOSITORY, scheme: WEBHOOK_SCHEMES[first.provider], headers, body: endless })).toBe('TOO_LARGE');
    expect([given / MIB, receiver.hints]).toEqual([26, []]);
  });

  const mutations = fc.array(
    fc.record({ at: fc.nat(first.body.length), cut: fc.nat(60), put: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constantFrom('{', '}', '"', ',', '\\u0000', '\\ud800', '"ref":', '"changes":[', '1e999', '-0', '[[[[').map((text) => Uint8Array.from(Buffer.from(text)))) }),
    { minLength: 1, maxLength: 4 },
  );
  const mutated = (body: Buffer, changes: readonly { readonly at: number; readonly cut: number; readonly put: Uint8Array }[]): Buffer =>
    changes.reduce<Buffer>((sofar, { at, cut, put }) => Buffer.concat([sofar.subarray(0, at), put, sofar.subarray(at + cut)]), body);

  it(`are never taken for proven when they are not, nor break the hub: ${RUNS} mutated ones`, async () => {
    const receiver = aReceiver();
    const which = fc.nat(deliveriesOf(proof).length - 1);
    await fc.assert(
      fc.asyncProperty(which, mutations, fc.nat(70), fc.integer({ min: 1, max: 255 }), fc.uuid(), async (index, changes, position, flip, id) => {
        const delivery = deliveriesOf(proof)[index] ?? first;
        const named = Object.fromEntries(Object.entries(delivery.headers).map(([name, value]) => [name, name.endsWith('delivery') || name.includes('request') || name === 'idempotency-key' ? id : value]));
        const body = mutated(delivery.body, changes);
        const before = receiver.hints.length;
        // Another body under the proof of the original, or another proof: neither is the host's.
        const forged = PROOFS[proof]?.isOverBody === true && !body.equals(delivery.body) ? prove(proof, delivery.body) : flipped(prove(proof, delivery.body), position, flip);
        expect(await receiver.take(proof, { headers: named, body }, forged)).toBe('REFUSED');
        expect(receiver.hints.length).toBe(before);
        // With its own proof the host may say what it likes: it is read, or it is a hint.
        expect(await receiver.take(proof, { headers: named, body }, prove(proof, body))).toBe('ACCEPTED');
        expect(receiver.hints.length).toBeLessThanOrEqual(before + 1);
      }),
      { numRuns: RUNS, seed: 20_261_103 },
    );
  }, RUNS > 2_000 ? 900_000 : 60_000);
});

describe('signatures over a time', () => {
  it.each(['gitlab, signing token', 'generic'])('of %s are refused five minutes from now, either way', async (proof) => {
    const [delivery] = deliveriesOf(proof);
    if (delivery === undefined) throw new Error('no delivery');
    for (const [offMs, answer] of [[-299_000, 'ACCEPTED'], [299_000, 'ACCEPTED'], [-301_000, 'REFUSED'], [302_000, 'REFUSED']] as const) {
      expect([offMs, await aReceiver().take(proof, delivery, prove(proof, delivery.body, SECRET, new Date(NOW.getTime() + offMs)))]).toEqual([offMs, answer]);
    }
  });
});

/** One character of what it proves by becomes another one. */
function flipped(headers: Readonly<Record<string, string>>, position: number, flip: number): Readonly<Record<string, string>> {
  const [name, value] = Object.entries(headers).at(-1) ?? ['', ''];
  const at = position % value.length;
  const changed = `${value.slice(0, at)}${String.fromCharCode(33 + ((value.charCodeAt(at) - 33 + 1 + (flip % 93)) % 94))}${value.slice(at + 1)}`;
  const isSameHex = name.includes('signature') && name !== 'webhook-signature' && changed.toLowerCase() === value.toLowerCase();
  return { ...headers, [name]: isSameHex ? `${value.slice(0, at)}_${value.slice(at + 1)}` : changed };
}
