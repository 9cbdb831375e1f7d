import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { HubClient } from './hub-client.js';

const TOKEN = 'cap_abcdefgh_secret';
const SIGNAL = new AbortController().signal;
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

interface Heard {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** A hub that answers everything in one way, and what it was asked. */
async function aHub(status: number, answer: unknown): Promise<{ readonly client: HubClient; readonly heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      heard.push({ url: request.url, authorization: request.headers.authorization, body: JSON.parse(body) });
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...(status === 302 ? { location: 'https://elsewhere.example.com' } : {}) });
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  servers.push(server);
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return { client: new HubClient(() => ({ server: `http://127.0.0.1:${port}`, token: TOKEN })), heard };
}

const graphqlError = (code: string, more: object = {}): object => ({ data: null, errors: [{ message: 'what the hub says', extensions: { code, requestId: 'r-1' }, ...more }] });

describe('HubClient', () => {
  it('sends the document with its variables and the token, and gives the data', async () => {
    const { client, heard } = await aHub(200, { data: { viewer: { name: 'admin' } } });
    await expect(client.query('{ viewer { name } }', { a: 1 }, SIGNAL)).resolves.toEqual({ viewer: { name: 'admin' } });
    expect(heard).toEqual([{ url: '/graphql', authorization: `Bearer ${TOKEN}`, body: { query: '{ viewer { name } }', variables: { a: 1 } } }]);
  });

  it.each<[string, number, unknown, ExitCode, string]>([
    ['a token that is not valid', 401, graphqlError('UNAUTHENTICATED'), EXIT.NOT_AUTHENTICATED, 'does not accept the API token'],
    ['a permission that lacks', 200, graphqlError('FORBIDDEN'), EXIT.DENIED, 'what the hub says'],
    ['an argument that does not parse', 200, graphqlError('BAD_REQUEST', { path: ['clusters'] }), EXIT.USAGE, 'what the hub says'],
    ['a document of another version', 400, graphqlError('BAD_REQUEST'), EXIT.ERROR, 'what the hub says'],
    ['a database that is away', 200, graphqlError('UNAVAILABLE'), EXIT.HUB_UNREACHABLE, 'what the hub says'],
    ['a defect of the hub', 200, graphqlError('INTERNAL_ERROR'), EXIT.ERROR, 'what the hub says'],
    ['a proxy without a hub', 502, '<html>', EXIT.HUB_UNREACHABLE, 'answered 502'],
    ['a server of something else', 404, '{}', EXIT.ERROR, 'there is no Capstan API'],
    ['a page', 200, '<html>', EXIT.ERROR, 'no JSON'],
    ['an answer of nothing', 200, {}, EXIT.ERROR, 'without data'],
    ['a redirect, which could take the token elsewhere', 302, '', EXIT.HUB_UNREACHABLE, 'cannot be reached'],
  ])('%s', async (_name, status, answer, exitCode, message) => {
    const { client } = await aHub(status, answer);
    await expect(client.query('{ x }', {}, SIGNAL)).rejects.toMatchObject({ exitCode, message: expect.stringContaining(message) });
  });

  it('says where a wrong value stands: file, field, rule', async () => {
    const { client } = await aHub(400, { data: null, errors: [{ message: 'Variable "$input", at "input.spec.source": Field "pth" is not defined.', extensions: { code: 'BAD_REQUEST' } }] });
    await expect(client.mutate('mutation', 'updateApplication', {}, SIGNAL, 'fleet.yaml:7: app/web')).rejects.toMatchObject({
      exitCode: EXIT.USAGE, message: 'fleet.yaml:7: app/web: spec.source: Field "pth" is not defined.',
    });
  });

  it('tells every wrong value of a file, each with its line', async () => {
    const wrong = (at: string, message: string): object => ({ message: `Variable "$input", at "input.${at}": ${message}`, extensions: { code: 'BAD_REQUEST', requestId: 'r-1' } });
    const errors = [wrong('spec.source', 'Field "pth" is not defined by type "SourceInput".'), wrong('spec.strategy.stages[1].limit', 'A number or a percentage.')];
    const { client } = await aHub(400, { data: null, errors: [...errors, errors[0], ...Array.from({ length: 30 }, (_, n) => wrong(`spec.x${n}`, 'No.'))] });
    const told: unknown = await client.mutate('mutation', 'updateApplication', {}, SIGNAL, (field) => `fleet.yaml:${field.join('/')}`).catch((error: unknown) => error);
    expect(told).toMatchObject({ exitCode: EXIT.USAGE, why: 'BAD_REQUEST, request r-1' });
    const lines = told instanceof Error ? told.message.split('\n') : [];
    expect(lines).toHaveLength(21);
    expect(lines.slice(0, 3)).toEqual([
      'fleet.yaml:spec/source/pth: spec.source: Field "pth" is not defined by type "SourceInput".', 'fleet.yaml:spec/strategy/stages/1/limit: spec.strategy.stages[1].limit: A number or a percentage.', 'fleet.yaml:spec/x0: spec.x0: No.',
    ]);
    expect(lines.at(-1)).toBe('and 12 more');
  });

  it('tells all user errors, the exit code by the first, hints as what is next', async () => {
    const userErrors = [
      { code: 'INVALID_PATH', field: ['spec', 'source', 'path'], message: 'It leaves the repository.', hint: 'Write it from the root.' },
      { code: 'INVALID_NAME', field: ['name'], message: 'No name.', hint: null },
    ];
    const { client } = await aHub(200, { data: { createApplication: { application: null, userErrors } } });
    await expect(client.mutate('mutation', 'createApplication', {}, SIGNAL)).rejects.toMatchObject({
      exitCode: EXIT.USAGE, code: 'INVALID_PATH', message: 'spec.source.path: It leaves the repository.\nNo name.', why: 'INVALID_PATH, INVALID_NAME', next: 'Write it from the root.',
    });
  });

  it('is unreachable where nobody listens, and does not repeat the token', async () => {
    const client = new HubClient(() => ({ server: 'http://127.0.0.1:9', token: TOKEN }));
    const error: unknown = await client.query('{ x }', {}, SIGNAL).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exitCode: EXIT.HUB_UNREACHABLE });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('asks nobody without a token', async () => {
    const client = new HubClient(() => ({ server: 'http://127.0.0.1:9', token: '' }));
    await expect(client.query('{ x }', {}, SIGNAL)).rejects.toMatchObject({ exitCode: EXIT.NOT_AUTHENTICATED, message: 'no API token' });
  });
});
