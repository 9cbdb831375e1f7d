import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { runCapstan, type CliAnswer } from '../../../apps/cli/test/a-cli.js';
import { aBoard, exampleOfTheDocs, type Board } from '../../../apps/hub/test/validators/board.js';
import { aHub, type TestHub } from '../../../apps/hub/test/a-hub.js';
import { everythingReadable } from '../../canaries/everything-readable.js';

jest.setTimeout(120_000);

const MANIFEST = `
apiVersion: capstan.dev/v1
kind: Application
metadata: { name: shop }
spec:
  source: { repository: fleet, ref: main, path: a }
  selector: { all: true }
  strategy:
    kind: STAGED
    stages: [{ name: all, selector: { all: true }, before: [{ name: board, validator: { name: change-board, interval: 1s, deadline: 1h } }] }]
`;
const CHANGE = (mutation: string): string => `mutation ($input: ${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { userErrors { code field message } } }`;

describe('validators', () => {
  let hub: TestHub;
  let board: Board;
  beforeAll(async () => {
    [hub, board] = await Promise.all([aHub({ CAPSTAN_ALLOW_PRIVATE_VALIDATOR_HOSTS: '127.0.0.1' }), aBoard()]);
    await hub.database.pool.query(`INSERT INTO repositories (project_id, id, name, url, poll_ms) SELECT id, '00000000-0000-7000-8000-0000000000f1', 'fleet', 'https://git.invalid/fleet', 86400000 FROM projects WHERE name = 'default'`);
  }, 60_000);
  afterAll(() => Promise.all([hub?.close(), board?.close()]));

  const capstan = (words: readonly string[], input?: string): Promise<CliAnswer> => runCapstan(hub.url, hub.adminToken, words, input);
  const refusal = async (mutation: string, input: object, token?: string): Promise<unknown> => {
    const { data, errors } = await hub.graphql(CHANGE(mutation), { input }, token === undefined ? {} : { token });
    return errors?.map(({ extensions }) => extensions.code) ?? data?.[mutation];
  };
  async function until<T>(look: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
    for (;;) {
      const value = await look();
      if (isSo(value)) return value;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it('are made, asked by the hub that runs, and open their gate', async () => {
    const { out: key, err } = await capstan(['validator', 'create', 'change-board', '--url', `${board.url}/board`]);
    expect([key, err]).toEqual([expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=\n$/), 'validator/change-board created. Its signing key, which is not shown again:\n']);
    board.answers({ result: 'WAIT', message: 'the board meets at ten' });
    await capstan(['apply', '-f', '-'], MANIFEST);
    await hub.database.pool.query(
      `INSERT INTO releases (project_id, id, application_id, number, revision_id, repository_id, commit, ref, source_digest, release_key, author, subject, committed_at)
       SELECT project_id, '00000000-0000-7000-8000-0000000000f2', id, 1, current_revision_id, repository_id, repeat('c', 40), 'main', 'sha256:' || repeat('d', 64), 'sha256:' || repeat('e', 64), 'Ada', 'faster', now() FROM applications`,
    );
    await capstan(['sync', 'app/shop']);
    const shown = await until(() => capstan(['rollout', 'show', 'shop']), ({ out }) => out.includes('the board meets at ten'));
    expect(shown.out).toContain('Gate board before stage all waits for validator change-board: the board meets at ten.');
    board.answers({ result: 'PASS' });
    await until(() => hub.database.pool.query<{ state: string }>('SELECT state FROM rollouts'), ({ rows }) => rows[0]?.state === 'SUCCEEDED');
    const isFromCapstan = await exampleOfTheDocs();
    expect(board.log.map(({ headers, text }) => isFromCapstan(headers, text, key.trim()))).toEqual(board.log.map(() => true));

    const told = await Promise.all(everythingReadable(buildSchema(readFileSync('schema.graphql', 'utf8')), { 'validator.name': ['change-board'], 'application.name': ['shop'], 'rollouts.application': ['shop'], 'releases.application': ['shop'] })
      .map(async (query) => JSON.stringify((await hub.graphql(query)).data ?? {})));
    expect([told.some((answer) => answer.includes('change-board')), [...told, ...hub.logged].filter((text) => text.includes(key.trim().slice(6)))]).toEqual([true, []]);
  });

  it('are listed, moved, given another key and deleted', async () => {
    const { out: first } = await capstan(['validator', 'create', 'second', '--url', 'https://second.example.com/a']);
    await capstan(['validator', 'update', 'second', '--url', 'https://second.example.com/b']);
    const { out: rotated } = await capstan(['validator', 'rotate-key', 'second']);
    expect(rotated).toMatch(/^whsec_/);
    expect(rotated).not.toBe(first);
    expect((await capstan(['validator', 'list'])).out).toMatch(/^NAME +URL +KEY AGE +AGE\nchange-board .*\nsecond +https:\/\/second\.example\.com\/b +/);
    expect(JSON.parse((await capstan(['validator', 'list', '-o', 'json'])).out)).toMatchObject({ items: [{ name: 'change-board' }, { name: 'second', version: 3, project: { name: 'default' } }] });
    await expect(capstan(['validator', 'delete', 'second'])).rejects.toMatchObject({ message: expect.stringContaining('nothing was done') });
    expect((await capstan(['validator', 'delete', 'second', '--yes'])).out).toBe('validator/second deleted\n');
    expect((await hub.graphql('{ validator(name: "second") { id } }')).data).toEqual({ validator: null });
  });

  it.each<[string, string, object, object]>([
    ['a second one of a name', 'createValidator', { name: 'change-board', url: 'https://b.example.com' }, { code: 'DUPLICATE_VALIDATOR', field: ['name'] }],
    ['a name that is none', 'createValidator', { name: 'Change Board', url: 'https://b.example.com' }, { code: 'INVALID_NAME', field: ['name'] }],
    ['an address with a password', 'createValidator', { name: 'x', url: 'https://a:hunter2@b.example.com' }, { code: 'INVALID_URL', field: ['url'] }],
    ['an address of a file', 'updateValidator', { name: 'change-board', url: 'file:///etc/passwd' }, { code: 'INVALID_URL', field: ['url'] }],
    ['an older version', 'updateValidator', { name: 'change-board', url: 'https://b.example.com', version: 7 }, { code: 'STALE_VERSION', field: ['version'] }],
    ['one that is none', 'rotateValidatorKey', { name: 'none' }, { code: 'VALIDATOR_NOT_FOUND', field: ['name'] }],
    ['one of another project', 'deleteValidator', { name: 'change-board', project: 'other' }, { code: 'PROJECT_NOT_FOUND', field: ['project'] }],
  ])('refuse %s', async (_name, mutation, input, error) => {
    const refused = await refusal(mutation, input);
    expect(refused).toMatchObject({ userErrors: [error] });
    expect(JSON.stringify(refused)).not.toContain('hunter2');
  });

  it('are changed with their permission alone', async () => {
    const { data } = await hub.graphql('mutation { createApiToken(input: { name: "reader", scopes: ["validator:read"] }) { token userErrors { code message } } }');
    const token = (data?.['createApiToken'] as { readonly token: string }).token;
    expect(await refusal('createValidator', { name: 'mine', url: 'https://b.example.com' }, token)).toEqual(['FORBIDDEN']);
    expect((await hub.graphql('{ validator(name: "change-board") { name url } }', {}, { token })).data).toMatchObject({ validator: { name: 'change-board' } });
  });
});
