import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { parseApiToken } from '../src/platform/access/api-token.js';
import { aHub, type TestHub } from './a-hub.js';

/** All of it: base64url has underscores too, and what stands before the first one may be a single letter. */
function secretOf(token: string): string {
  const parsed = parseApiToken(token);
  if (parsed === undefined) throw new Error('not a token of the hub');
  return parsed.secret;
}

describe('the API', () => {
  let hub: TestHub;
  beforeAll(async () => void (hub = await aHub({ CAPSTAN_LOG_LEVEL: 'debug' })), 60_000);
  afterAll(() => hub?.close());

  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${hub.url}/graphql`, { method: 'POST', body, headers: { 'content-type': 'application/json', authorization: `Bearer ${hub.adminToken}`, ...headers } });
  const code = async (response: Response): Promise<unknown> => ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code;

  it('knows the default project, and answers null for what is not there', async () => {
    const answer = await hub.graphql('{ projects { edges { node { name } } pageInfo { hasNextPage } } project(name: "default") { name } none: project(name: "x") { id } node(id: "nonsense") { id } }');
    expect(answer).toMatchObject({ status: 200, data: { projects: { edges: [{ node: { name: 'default' } }] }, project: { name: 'default' }, none: null, node: null } });
  });

  it('tells the viewer who they are', async () => {
    expect((await hub.graphql('{ viewer { principal { name } permissions } }')).data).toMatchObject({ viewer: { principal: { name: 'admin' }, permissions: expect.arrayContaining(['CLUSTER_WRITE', 'AUDIT_READ']) } });
  });

  describe('refuses', () => {
    it.each([
      ['no token', undefined], ['a malformed token', 'Bearer xxx'], ['a wrong secret', `Bearer cap_testtest_${'A'.repeat(43)}`], ['an unknown prefix', `Bearer cap_aaaaaaaa_${'A'.repeat(43)}`], ['another scheme', 'Basic YTpi'],
    ])('%s with 401, before the document is looked at', async (_name, authorization) => {
      const response = await fetch(`${hub.url}/graphql`, { method: 'POST', body: '{"query":"{ nonsense"}', headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) } });
      expect(response.status).toBe(401);
      expect(await code(response)).toBe('UNAUTHENTICATED');
    });

    it.each([
      ['a form', 'application/x-www-form-urlencoded', 'query={viewer{principal{name}}}'], ['plain text', 'text/plain', '{"query":"{viewer{principal{name}}}"}'],
      ['multipart', 'multipart/form-data; boundary=x', '--x--'], ['bare GraphQL', 'application/graphql', '{viewer{principal{name}}}'],
    ])('%s, which another site can make a browser send', async (_name, type, body) => {
      expect((await post(body, { 'content-type': type })).status).toBe(415);
    });

    it('GET, with or without a mutation', async () => {
      for (const query of ['{viewer{principal{name}}}', 'mutation{createCluster(input:{name:"x"}){userErrors{code}}}']) {
        expect((await fetch(`${hub.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { authorization: `Bearer ${hub.adminToken}` } })).status).toBe(405);
      }
    });

    it('batches', async () => {
      expect((await post('[{"query":"{viewer{principal{name}}}"},{"query":"{viewer{principal{name}}}"}]')).status).toBe(400);
    });

    it.each([
      ['a document that is too long', `{ viewer { principal { name } } } #${'x'.repeat(40_000)}`],
      ['too many tokens', `{ viewer { principal { ${'name '.repeat(2_100)} } } }`],
      ['too many aliases', `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: viewer { principal { name } }`).join(' ')} }`],
      ['aliases hidden in fragments', `query { ...F } fragment F on Query { ${Array.from({ length: 31 }, (_, n) => `a${n}: __typename`).join(' ')} }`],
      ['too many roots', `{ ${'viewer { principal { name } } '.repeat(21)} }`],
      ['too many directives', `{ viewer { principal { ${'name @include(if: true) '.repeat(31)} } } }`],
      ['deep introspection', `{ __schema { types { fields { type ${'{ ofType '.repeat(25)}{ name }${' }'.repeat(25)} } } } }`],
      ['a JSON syntax tree in place of text', '{"kind":"Document","definitions":[]}'],
    ])('%s', async (_name, query) => {
      const response = await post(JSON.stringify({ query }));
      expect({ status: response.status, code: await code(response) }).toMatchObject({ status: 400, code: 'DOCUMENT_REFUSED' });
    });

    it('fragment cycles, syntax errors, unknown fields and wrong variables, saying what is wrong', async () => {
      for (const [query, text] of [['{ ...A } fragment A on Query { ...A }', 'itself'], ['{ viewer {', 'Syntax Error'], ['{ nothing }', 'Cannot query field'], ['query($n: Int!) { projects(first: $n) { pageInfo { hasNextPage } } }', '$n']] as const) {
        const response = await post(JSON.stringify({ query }));
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining(text), extensions: { code: 'BAD_REQUEST' } }] });
      }
    });

    it('a body over one MiB', async () => {
      expect((await post(JSON.stringify({ query: '{viewer{principal{name}}}', variables: { x: 'x'.repeat(1_100_000) } }))).status).toBe(413);
    });
  });

  it('answers the standard introspection query', async () => {
    expect((await hub.graphql(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))).data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
  });

  it('masks what goes wrong inside, and logs it under the request id', async () => {
    await hub.database.pool.query('ALTER TABLE projects RENAME TO projects_away');
    const answer = await hub.graphql('{ project(name: "canary-4711") { id } }');
    await hub.database.pool.query('ALTER TABLE projects_away RENAME TO projects');
    expect(answer.errors).toMatchObject([{ extensions: { code: 'INTERNAL_ERROR' }, path: ['project'] }]);
    expect(JSON.stringify(answer)).not.toMatch(/relation|projects|canary/);
    const requestId = answer.errors?.[0]?.extensions.requestId ?? 'none';
    const line = hub.logged.find((entry) => entry.includes(requestId) && entry.includes('a request failed'));
    expect(line).toContain('42P01');
    expect(line).not.toContain('canary-4711');
  });

  it('sends security headers and a request id', async () => {
    const response = await post('{"query":"{viewer{principal{name}}}"}', { 'x-request-id': 'abcdefgh-1' });
    expect(response.headers.get('x-request-id')).toBe('abcdefgh-1');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('serves probes, metrics and GraphiQL without a token', async () => {
    expect(await (await fetch(`${hub.url}/livez`)).json()).toEqual({ status: 'ok' });
    const readyz = await fetch(`${hub.url}/readyz`);
    expect({ status: readyz.status, body: await readyz.json() }).toEqual({ status: 200, body: { status: 'ready', reasons: {} } });
    expect(await (await fetch(`${hub.url}/metrics`)).text()).toMatch(/capstan_http_request_duration_seconds_count\{.*route="\/graphql"/);
    expect(await (await fetch(`${hub.url}/metrics`)).text()).toMatch(/^capstan_database_connections [1-9]/m);
    expect(await (await fetch(`${hub.url}/metrics`)).text()).toMatch(/^capstan_rollouts\{state="RUNNING"\} 0$/m);
    const page = await (await fetch(`${hub.url}/graphiql`)).text();
    const assets = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(assets.filter((asset) => !asset.startsWith('/graphiql/'))).toEqual([]); // nothing from elsewhere
    expect(await Promise.all(assets.map(async (asset) => (await fetch(`${hub.url}${asset}`)).status))).toEqual(assets.map(() => 200));
    expect((await fetch(`${hub.url}/nothing-here`)).status).toBe(404);
  });

  it('never logs a token', () => {
    expect(hub.logged.length).toBeGreaterThan(10);
    expect(hub.logged.join('')).not.toContain(secretOf(hub.adminToken));
  });
});

describe('API tokens', () => {
  let hub: TestHub;
  beforeAll(async () => void (hub = await aHub()), 60_000);
  afterAll(() => hub?.close());
  const CREATE = 'mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { apiToken { id name prefix scopes expiresAt } token userErrors { code field } } }';
  const create = async (input: object, token?: string): Promise<{ apiToken: { id: string } | null; token: string | null; userErrors: { code: string }[] }> =>
    (await hub.graphql(CREATE, { input }, token === undefined ? {} : { token })).data?.['createApiToken'] as never;

  it('do what their scopes say, and a denial is audited', async () => {
    const { token } = await create({ name: 'reader', scopes: ['viewer:read', 'cluster:read'] });
    expect((await hub.graphql('{ viewer { permissions } }', {}, { token: token ?? '' })).data).toEqual({ viewer: { permissions: ['VIEWER_READ', 'CLUSTER_READ'] } });
    const denied = await hub.graphql('mutation { createCluster(input: { name: "nope" }) { userErrors { code } } }', {}, { token: token ?? '' });
    expect(denied.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const { rows } = await hub.database.pool.query(`SELECT action, outcome, reason FROM audit_log WHERE outcome = 'DENIED'`);
    expect(rows).toEqual([{ action: 'createCluster', outcome: 'DENIED', reason: 'cluster:write' }]);
    expect((await hub.database.pool.query('SELECT 1 FROM clusters')).rowCount).toBe(0);
  });

  it('are held to the permission of every field, not of the first one alone', async () => {
    const { token } = await create({ name: 'names-only', scopes: ['viewer:read', 'cluster:read'] });
    for (const name of ['one', 'two']) await hub.graphql('mutation ($name: String!) { createCluster(input: { name: $name }) { userErrors { code } } }', { name });
    const answer = await hub.graphql('{ clusters { edges { node { name viewerCan targets { edges { node { id } } } } } } }', {}, { token: token ?? '' });
    expect(answer.errors).toMatchObject([{ message: 'This needs the permission target:read.', extensions: { code: 'FORBIDDEN' } }]);
    expect((await hub.graphql('{ clusters { edges { node { name viewerCan } } } }', {}, { token: token ?? '' })).data).toMatchObject({ clusters: { edges: [{ node: { name: 'one', viewerCan: ['CLUSTER_READ'] } }, { node: { name: 'two' } }] } });
    const { rows } = await hub.database.pool.query(`SELECT action, reason FROM audit_log WHERE outcome = 'DENIED' AND action LIKE 'Cluster.%'`);
    expect(rows).toEqual([{ action: 'Cluster.targets', reason: 'target:read' }]);
  });

  it('cannot make tokens that may more or live longer', async () => {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const { token } = await create({ name: 'minter', scopes: ['viewer:read', 'token:write', 'token:read'], expiresAt: soon });
    expect((await create({ name: 'more', scopes: ['cluster:write'] }, token ?? '')).userErrors).toMatchObject([{ code: 'INVALID_SCOPE' }]);
    expect((await create({ name: 'unknown', scopes: ['root'] }, token ?? '')).userErrors).toMatchObject([{ code: 'INVALID_SCOPE' }]);
    expect((await create({ name: 'longer', expiresAt: new Date(Date.now() + 7_200_000).toISOString() }, token ?? '')).userErrors).toMatchObject([{ code: 'INVALID_EXPIRY' }]);
    expect(await create({ name: 'same' }, token ?? '')).toMatchObject({ apiToken: { scopes: ['viewer:read', 'token:write', 'token:read'], expiresAt: soon } });
    expect((await create({ name: 'same' }, token ?? '')).userErrors).toMatchObject([{ code: 'DUPLICATE_TOKEN' }]);
  });

  it('stop at once when revoked, expired, or their principal is disabled', async () => {
    const { token, apiToken } = await create({ name: 'short' });
    const status = async (): Promise<number> => (await hub.graphql('{ viewer { principal { name } } }', {}, { token: token ?? '' })).status;
    expect(await status()).toBe(200);
    await hub.database.pool.query(`UPDATE principals SET disabled_at = now() WHERE name = 'admin'`);
    expect(await status()).toBe(401);
    await hub.database.pool.query(`UPDATE principals SET disabled_at = NULL`);
    await hub.database.pool.query(`UPDATE api_tokens SET expires_at = now() WHERE name = 'short'`);
    expect(await status()).toBe(401);
    await hub.database.pool.query(`UPDATE api_tokens SET expires_at = NULL WHERE name = 'short'`);
    expect(await status()).toBe(200);
    expect((await hub.graphql('mutation ($id: ID!) { revokeApiToken(input: { id: $id }) { apiToken { revokedAt } userErrors { code } } }', { id: apiToken?.id })).data).toMatchObject({ revokeApiToken: { userErrors: [] } });
    expect(await status()).toBe(401);
    expect((await hub.graphql('mutation { revokeApiToken(input: { id: "x" }) { userErrors { code } } }')).data).toEqual({ revokeApiToken: { userErrors: [{ code: 'TOKEN_NOT_FOUND' }] } });
  });

  it('lie in the database as hashes only', async () => {
    const { token } = await create({ name: 'hashed' });
    const { rows } = await hub.database.pool.query('SELECT * FROM api_tokens');
    const text = JSON.stringify(rows, (_key, value: unknown) => (Buffer.isBuffer(value) ? value.toString('latin1') : value));
    expect(text).not.toContain(secretOf(token ?? ''));
    expect((await hub.graphql('{ apiTokens { name lastUsedAt } }')).data).toMatchObject({ apiTokens: expect.arrayContaining([expect.objectContaining({ name: 'bootstrap', lastUsedAt: expect.any(String) })]) });
  });
});
