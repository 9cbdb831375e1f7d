import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import type { WebhookHeaders, WebhookScheme } from '../webhook-scheme.js';
import { githubScheme } from './github.js';
import { gitlabScheme } from './gitlab.js';
import { standardScheme } from './standard.js';

const NOW = new Date('2026-11-01T12:00:00Z');

function verify(scheme: WebhookScheme, headers: WebhookHeaders, secret: string, body: string): boolean | 'NOT_SIGNED' {
  const check = scheme.begin(headers, secret, NOW);
  if (check === undefined) return 'NOT_SIGNED';
  for (const byte of Buffer.from(body)) check.update(Buffer.of(byte)); // however it is cut into chunks
  return check.matches();
}

describe('githubScheme', () => {
  // The example of GitHub's documentation.
  const secret = "It's a Secret to Everybody";
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

  it('takes what GitHub signs', () => expect(verify(githubScheme, { 'x-hub-signature-256': signature }, secret, 'Hello, World!')).toBe(true));

  it.each<[string, WebhookHeaders, string, string, boolean | 'NOT_SIGNED']>([
    ['another body', { 'x-hub-signature-256': signature }, secret, 'Hello, World?', false],
    ['another secret', { 'x-hub-signature-256': signature }, 'it', 'Hello, World!', false],
    ['no header', {}, secret, 'Hello, World!', 'NOT_SIGNED'],
    ['two headers', { 'x-hub-signature-256': [signature, signature] }, secret, 'Hello, World!', 'NOT_SIGNED'],
    ['SHA-1', { 'x-hub-signature': 'sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59' }, secret, 'Hello, World!', 'NOT_SIGNED'],
    ['a signature cut short', { 'x-hub-signature-256': signature.slice(0, -2) }, secret, 'Hello, World!', 'NOT_SIGNED'],
    ['an empty signature', { 'x-hub-signature-256': 'sha256=' }, secret, 'Hello, World!', 'NOT_SIGNED'],
  ])('refuses %s', (_name, headers, withSecret, body, expected) => expect(verify(githubScheme, headers, withSecret, body)).toBe(expected));
});

describe('standardScheme', () => {
  const at = String(NOW.getTime() / 1_000);
  const key = Buffer.from('a key of some bytes, 24 at least');
  const sign = (id: string, timestamp: string, body: string): string => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  const secret = `whsec_${key.toString('base64')}`;
  const headers = (part: WebhookHeaders = {}): WebhookHeaders => ({ 'webhook-id': 'msg_1', 'webhook-timestamp': at, 'webhook-signature': sign('msg_1', at, '{}'), ...part });

  it('takes a signature by the bytes of a whsec_ secret, among others, and by a secret that is plain text', () => {
    expect(verify(standardScheme, headers(), secret, '{}')).toBe(true);
    expect(verify(standardScheme, headers({ 'webhook-signature': `v1a,zzzz v1,AAAA ${sign('msg_1', at, '{}')}` }), secret, '{}')).toBe(true);
    expect(verify(standardScheme, headers(), key.toString(), '{}')).toBe(true);
  });

  // The example of the Standard Webhooks libraries.
  it('agrees with the published vector', () => {
    const vector = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330', 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' };
    const check = standardScheme.begin(vector, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', new Date(1_614_265_330_000));
    check?.update(Buffer.from('{"test": 2432232314}'));
    expect(check?.matches()).toBe(true);
  });

  it.each<[string, WebhookHeaders, string]>([
    ['another id', headers({ 'webhook-id': 'msg_2' }), '{}'],
    ['another time', headers({ 'webhook-timestamp': String(Number(at) + 1) }), '{}'],
    ['another body', headers(), '{ }'],
  ])('refuses %s', (_name, given, body) => expect(verify(standardScheme, given, secret, body)).toBe(false));

  it.each<[string, WebhookHeaders]>([
    ['a delivery of six minutes ago', headers({ 'webhook-timestamp': String(Number(at) - 360), 'webhook-signature': sign('msg_1', String(Number(at) - 360), '{}') })],
    ['one from the future', headers({ 'webhook-timestamp': String(Number(at) + 360) })],
    ['no time', headers({ 'webhook-timestamp': undefined })],
    ['no id', headers({ 'webhook-id': undefined })],
    ['no signature', headers({ 'webhook-signature': 'v2,AAAA' })],
  ])('refuses %s', (_name, given) => expect(verify(standardScheme, given, secret, '{}')).toBe('NOT_SIGNED'));
});

describe('gitlabScheme', () => {
  const secret = 'a secret token of GitLab';
  it('takes the secret token without reading the body, and refuses any other before it does', () => {
    expect(verify(gitlabScheme, { 'x-gitlab-token': secret }, secret, 'whatever')).toBe(true);
    for (const token of ['', secret.slice(0, -1), `${secret} `, secret.toUpperCase()]) expect(verify(gitlabScheme, { 'x-gitlab-token': token }, secret, '{}')).toBe('NOT_SIGNED');
    expect(verify(gitlabScheme, { 'x-gitlab-token': [secret, secret] }, secret, '{}')).toBe('NOT_SIGNED');
  });
  it('tells repetitions by what GitLab keeps over attempts, not by what several webhooks of one event share', () => {
    expect(gitlabScheme.deliveryOf({ 'idempotency-key': 'k', 'x-gitlab-event-uuid': 'e' })).toBe('k');
    expect(gitlabScheme.deliveryOf({ 'x-gitlab-event-uuid': 'e' })).toBeUndefined();
  });
});
