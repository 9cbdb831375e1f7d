import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concerns, readPush, type WebhookNews } from './read-push.js';
import { githubScheme } from './schemes/github.js';

const read = (event: string | undefined, payload: unknown): WebhookNews => readPush(githubScheme.isAboutRefs({ 'x-github-event': event }), Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)));
const PUSH = { ref: 'refs/heads/main', before: '0'.repeat(40), after: 'a'.repeat(40), repository: { full_name: 'a/b', clone_url: 'https://git.example.com/a/b.git' }, commits: [{ id: 'a', message: 'x' }] };

describe('readPush', () => {
  it.each<[string, string | undefined, unknown, WebhookNews]>([
    ['a push', 'push', PUSH, { kind: 'REFS', fullRefs: ['refs/heads/main'] }],
    ['a push without an event header', undefined, PUSH, { kind: 'REFS', fullRefs: ['refs/heads/main'] }],
    ['a new tag', 'create', { ref: 'v1', ref_type: 'tag' }, { kind: 'REFS', fullRefs: ['refs/tags/v1'] }],
    ['a deleted branch', 'delete', { ref: 'next', ref_type: 'branch' }, { kind: 'REFS', fullRefs: ['refs/heads/next'] }],
    ['a short ref without its type', 'push', { ref: 'main' }, { kind: 'UNKNOWN' }],
    ['a form', 'push', 'payload=%7B%7D', { kind: 'UNKNOWN' }],
    ['a broken text', 'push', '{"ref": "refs/heads', { kind: 'UNKNOWN' }],
    ['nothing', undefined, '', { kind: 'UNKNOWN' }],
    ['a ping', 'ping', { zen: 'x' }, { kind: 'NOTHING' }],
    ['an issue', 'issues', { ref: 'refs/heads/main' }, { kind: 'NOTHING' }],
    ['a ref from the prototype', 'push', '{"__proto__": {"ref": "refs/heads/main"}}', { kind: 'UNKNOWN' }],
  ])('reads %s', (_name, event, payload, expected) => expect(read(event, payload)).toEqual(expected));

  it('takes a body that was too large to keep for a hint', () => expect(readPush(true, undefined)).toEqual({ kind: 'UNKNOWN' }));

  it('survives ten thousand mutated payloads, and never takes one for no news', () => {
    const whole = Buffer.from(JSON.stringify(PUSH));
    const mutation = fc.record({ at: fc.nat(whole.length), cut: fc.nat(40), put: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.string().map((text) => Uint8Array.from(Buffer.from(text)))) });
    const mutated = fc.array(mutation, { minLength: 1, maxLength: 5 }).map((mutations) =>
      mutations.reduce<Buffer>((body, { at, cut, put }) => Buffer.concat([body.subarray(0, at), put, body.subarray(at + cut)]), whole),
    );
    const payload = fc.oneof(mutated, fc.json().map((text) => Buffer.from(text)), fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)), fc.integer({ min: 1, max: 20_000 }).map((depth) => Buffer.from('['.repeat(depth))));
    fc.assert(
      fc.property(payload, (body) => {
        const news = readPush(true, body);
        return news.kind === 'UNKNOWN' || (news.kind === 'REFS' && news.fullRefs.length > 0 && news.fullRefs.every((ref) => ref.startsWith('refs/') && ref.length <= 1_100));
      }),
      { numRuns: 10_000, seed: 20_261_101 },
    );
  });
});

describe('concerns', () => {
  it.each<[string, string, readonly string[], boolean]>([
    ['a branch that is followed', 'refs/heads/main', ['next', 'main'], true],
    ['a tag that is followed', 'refs/tags/v1', ['v1'], true],
    ['a full ref', 'refs/changes/7', ['refs/changes/7'], true],
    ['any branch where HEAD is followed', 'refs/heads/x', ['HEAD'], true],
    ['a tag where HEAD is followed', 'refs/tags/x', ['HEAD'], false],
    ['a branch that nobody follows', 'refs/heads/x', ['main'], false],
    ['a branch whose name only ends alike', 'refs/heads/feature/main', ['main'], false],
    ['anything where nobody follows anything', 'refs/heads/main', [], false],
  ])('judges %s', (_name, fullRef, followed, expected) => expect(concerns({ kind: 'REFS', fullRefs: ['refs/changes/of-no-concern', fullRef] }, followed)).toBe(expected));

  it('looks when it cannot be told, and not when there is no news', () => {
    expect(concerns({ kind: 'UNKNOWN' }, [])).toBe(true);
    expect(concerns({ kind: 'NOTHING' }, ['main'])).toBe(false);
  });
});
