import { describe, expect, it } from '@jest/globals';
import { until } from '#testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { aCanary, canaryOf } from './canary.js';
import { CanarySearch } from './canary-search.js';
import { everythingReadable } from './everything-readable.js';
import { FileWatch } from './watch-files.js';
import { ProcessWatch } from './watch-processes.js';

const CANARY = aCanary('password');
const { secret } = CANARY;

describe('the search for canaries', () => {
  it.each<[string, string | Uint8Array]>([
    ['as it is', `password=${secret}`],
    ['in JSON', JSON.stringify({ message: `told ${secret}` })],
    ['in a URL', `http://localhost/?p=${encodeURIComponent(secret)}`],
    ['in hexadecimal digits', Buffer.from(`x${secret}`).toString('hex')],
    ['in capital hexadecimal digits', Buffer.from(secret).toString('hex').toUpperCase()],
    ...['', 'a', 'ab', 'reader:'].map((before): [string, string] => [`in base64 behind ${JSON.stringify(before)}`, Buffer.from(`${before}${secret}`).toString('base64')]),
    ['in base64url', Buffer.from(`ab${secret}`).toString('base64url')],
    ['between bytes', Buffer.concat([Buffer.from([0, 255]), Buffer.from(secret), Buffer.from([0])])],
    ['in a part of a buffer', new Uint8Array(Buffer.from(`xx${secret}`)).subarray(2)],
  ])('finds one %s', (_, content) => {
    const search = new CanarySearch([aCanary('another'), CANARY]);
    search.look('log', 'hub', content);
    expect(search.hits).toEqual([{ canary: 'password', form: expect.any(String), place: 'log: hub' }]);
  });

  it('finds bytes that are no text, in base64 with characters of its own', () => {
    const key = canaryOf('key', '', Buffer.from('fbefbefbefbeffffffffffffffffffff0123456789abcdef', 'hex'));
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      const search = new CanarySearch([key]);
      search.look('log', 'hub', Buffer.concat([Buffer.from('z'), key.forms[0]?.bytes ?? Buffer.alloc(0), Buffer.from('zz')]).toString(encoding));
      expect(search.hits).toHaveLength(1);
    }
  });

  it('finds nothing where nothing is, and knows where it has looked', () => {
    const search = new CanarySearch([CANARY]);
    search.look('log', 'hub', aCanary('another').secret);
    expect([search.hits, [...search.kinds]]).toEqual([[], ['log']]);
  });

  it.each([
    ['an argument', 'process arguments', [secret], {}],
    ['the environment', 'environment', [], { SECRET: secret }],
  ])('finds one in %s of a grandchild', async (_, kind, args, env) => {
    const search = new CanarySearch([CANARY]);
    const watch = new ProcessWatch(process.pid, search);
    const planted = spawn('/bin/sh', ['-c', '/bin/sh -c "read line" sh "$@"; true', 'sh', ...args], { stdio: ['pipe', 'ignore', 'ignore'], env: { PATH: '/usr/bin:/bin', ...env } });
    try {
      await until('the canary is seen', 10_000, () => {
        watch.look();
        return search.hits.length > 0 ? true : undefined;
      });
      expect(search.hits).toEqual([{ canary: 'password', form: 'plain', place: expect.stringMatching(`^${kind}: `) }]);
      expect([...watch.programs]).not.toContain('');
    } finally {
      planted.stdin.end();
      await once(planted, 'close');
    }
  });

  it('finds one in a file, in a file that changed, and in the name of a file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-canaries-'));
    try {
      const search = new CanarySearch([CANARY]);
      const watch = new FileWatch(directory, search, (path) => path === 'left-out');
      await mkdir(join(directory, 'below'));
      await mkdir(join(directory, 'left-out'));
      await writeFile(join(directory, 'below', 'file'), 'nothing yet');
      await writeFile(join(directory, 'left-out', 'file'), secret);
      watch.look();
      expect(search.hits).toEqual([]);
      await writeFile(join(directory, 'below', 'file'), `now ${secret}`);
      await writeFile(join(directory, encodeURIComponent(secret)), '');
      watch.look();
      expect(search.hits.map(({ place }) => place).toSorted()).toEqual([`file names: ${encodeURIComponent(secret)}`, 'files: below/file']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('asks a schema for every field that can be had', () => {
    const schema = buildSchema('type Query { a(name: String!): A b: [B!]! unknown(id: ID!): B } type A { id: ID! b(first: Int = 5): B other(of: ID!): B } type B { name: String a: A }');
    expect(everythingReadable(schema, { 'a.name': ['x', 'y'] })).toEqual([
      '{ a(name: "x") { __typename id b { __typename name } } }',
      '{ a(name: "y") { __typename id b { __typename name } } }',
      '{ b { __typename name a { __typename id } } }',
    ]);
  });
});
