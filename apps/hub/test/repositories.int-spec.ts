import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { errorCode } from '#kernel';
import { aGitRepository, GitServer, until, type GitRepositoryBuilder } from '#testing';
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import type { WebhookProvider } from '../src/features/webhooks/schemes/index.js';
import { aHub, type TestHub } from './a-hub.js';
import { DELIVERIES, PROOFS } from './webhooks/deliveries.js';

jest.setTimeout(120_000);

const PASSWORD = 'canary-password-5d1e';
const OTHER_PASSWORD = 'canary-password-77aa';
const WRITE_PASSWORD = 'canary-write-41d0';
const WEBHOOK_SECRET = 'canary-webhook-secret-c0de';
const FIELDS = 'id name url poll hasCredentials hasWriteCredentials hasWebhookSecret webhookUrls { github gitlab gitea forgejo bitbucket generic } reason message version refs { ref fullRef commit reason } project { name }';
const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

interface RepositoryNode {
  readonly id: string;
  readonly name: string;
  readonly webhookUrls: Readonly<Record<WebhookProvider, string>>;
  readonly version: number;
  readonly reason: string | null;
  readonly refs: readonly { readonly ref: string; readonly commit: string | null; readonly reason: string | null }[];
}
interface Payload {
  readonly repository: RepositoryNode | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[]; readonly details: unknown }[];
}

describe('repositories of a running hub', () => {
  let hub: TestHub;
  let server: GitServer;
  let git: GitRepositoryBuilder;
  beforeAll(async () => {
    server = await GitServer.start();
    git = await aGitRepository(server, 'fleet', { credentials: { username: 'fleet', password: PASSWORD } });
    hub = await aHub({ CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS: 'localhost', CAPSTAN_LOG_LEVEL: 'debug' });
  });
  afterAll(async () => {
    await hub?.close();
    await server?.dispose();
  });

  const mutate = async (mutation: 'createRepository' | 'updateRepository', input: object): Promise<Payload> => {
    const type = mutation === 'createRepository' ? 'CreateRepositoryInput' : 'UpdateRepositoryInput';
    const answer = await hub.graphql(`mutation M($input: ${type}!) { ${mutation}(input: $input) { repository { ${FIELDS} } userErrors { code field details } } }`, { input });
    expect(answer.errors).toBeUndefined();
    return answer.data?.[mutation] as Payload;
  };
  const read = async (name: string): Promise<RepositoryNode | null> => {
    const answer = await hub.graphql(`query R($name: String!) { repository(name: $name) { ${FIELDS} } }`, { name });
    expect(answer.errors).toBeUndefined();
    return answer.data?.['repository'] as RepositoryNode | null;
  };
  const readThere = async (name: string): Promise<RepositoryNode> => (await read(name)) ?? Promise.reject(new Error(`no repository ${name}`));
  const remove = async (name: string): Promise<unknown> => {
    const answer = await hub.graphql('mutation D($input: DeleteRepositoryInput!) { deleteRepository(input: $input) { deletedId userErrors { code field details } } }', { input: { name } });
    expect(answer.errors).toBeUndefined();
    return answer.data?.['deleteRepository'];
  };
  const addApplication = async (name: string, repository: string, path: string): Promise<void> => {
    const spec = { source: { repository, ref: 'main', path }, selector: { all: true } };
    const answer = await hub.graphql('mutation A($input: CreateApplicationInput!) { createApplication(input: $input) { userErrors { code message } } }', { input: { name, spec } });
    expect(answer).toMatchObject({ errors: undefined, data: { createApplication: { userErrors: [] } } });
  };
  const lookUps = (): number => server.count('ref-look-up', 'fleet');
  const github = (path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${hub.url}${path}`, {
      method: 'POST', body,
      headers: { 'content-type': 'application/json', 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex')}`, ...headers },
    });

  it('creates one, looks at it, and shows where its refs are', async () => {
    const commit = await git.commit({ 'app/a.yaml': CONFIG_MAP });
    const created = await mutate('createRepository', { name: 'fleet', url: git.url.replace('http://localhost', 'HTTP://LocalHost'), credentials: { username: 'fleet', password: PASSWORD }, webhookSecret: WEBHOOK_SECRET });
    expect(created).toMatchObject({ userErrors: [], repository: { name: 'fleet', url: git.url, poll: '1m', hasCredentials: true, hasWebhookSecret: true, version: 1, project: { name: 'default' } } });
    await addApplication('web', 'fleet', 'app');
    const seen = await until('the ref is seen', 20_000, async () => {
      const repository = await read('fleet');
      return repository?.refs[0]?.commit === commit ? repository : undefined;
    });
    expect(seen).toMatchObject({ reason: null, refs: [{ ref: 'main', fullRef: 'refs/heads/main', commit, reason: null }] });
    const byId = await hub.graphql('query N($id: ID!) { node(id: $id) { id ... on Repository { name } } repositories(search: "FLE") { edges { node { name } } } }', { id: seen.id });
    expect(byId).toMatchObject({ errors: undefined, data: { node: { name: 'fleet' }, repositories: { edges: [{ node: { name: 'fleet' } }] } } });
  });

  it.each<[string, object, string, readonly string[]]>([
    ['a second one of that name', { name: 'fleet', url: 'https://git.example.com/a' }, 'DUPLICATE_REPOSITORY', ['name']],
    ['a bad name', { name: 'Fleet', url: 'https://git.example.com/a' }, 'INVALID_NAME', ['name']],
    ['a URL of a file', { name: 'other', url: 'file:///etc/passwd' }, 'INVALID_URL', ['url']],
    ['a URL that runs something', { name: 'other', url: 'ext::sh -c id' }, 'INVALID_URL', ['url']],
    ['a URL with credentials', { name: 'other', url: 'https://a:canary-in-url@git.example.com/a' }, 'INVALID_URL', ['url']],
    ['a short interval', { name: 'other', url: 'https://git.example.com/a', poll: '500ms' }, 'INVALID_POLL', ['poll']],
    ['an empty password', { name: 'other', url: 'https://git.example.com/a', credentials: { username: 'a', password: '' } }, 'INVALID_CREDENTIALS', ['credentials', 'password']],
    ['a header in a user name', { name: 'other', url: 'https://git.example.com/a', credentials: { username: 'a\r\nX: y', password: 'b' } }, 'INVALID_CREDENTIALS', ['credentials', 'username']],
    ['an empty password to write with', { name: 'other', url: 'https://git.example.com/a', writeCredentials: { username: 'a', password: '' } }, 'INVALID_CREDENTIALS', ['writeCredentials', 'password']],
    ['a key to write with over HTTPS', { name: 'other', url: 'https://git.example.com/a', writeSsh: { privateKey: 'k', knownHosts: 'h' } }, 'INVALID_CREDENTIALS', ['writeSsh']],
    ['credentials to write to a registry', { name: 'other', url: 'oci://registry.example.com/a', writeCredentials: { username: 'a', password: 'b' } }, 'INVALID_CREDENTIALS', ['writeCredentials']],
    ['a weak webhook secret', { name: 'other', url: 'https://git.example.com/a', webhookSecret: 'short' }, 'INVALID_VALUE', ['webhookSecret']],
    ['an unknown project', { project: 'nowhere', name: 'other', url: 'https://git.example.com/a' }, 'PROJECT_NOT_FOUND', ['project']],
  ])('refuses %s', async (_name, input, code, field) => {
    expect(await mutate('createRepository', input)).toMatchObject({ repository: null, userErrors: [{ code, field }] });
  });

  it('does not take credentials along to another host, and changes nothing when nothing differs', async () => {
    expect(await mutate('updateRepository', { name: 'fleet', url: 'https://evil.example.com/fleet.git' })).toMatchObject({ repository: null, userErrors: [{ code: 'INVALID_CREDENTIALS', field: ['credentials'] }] });
    expect(await mutate('updateRepository', { name: 'fleet', url: git.url, credentials: { username: 'fleet', password: PASSWORD }, webhookSecret: WEBHOOK_SECRET })).toMatchObject({ repository: { version: 1 } });
    expect(await mutate('updateRepository', { name: 'fleet', poll: '2m', version: 7 })).toMatchObject({ userErrors: [{ code: 'STALE_VERSION', field: ['version'] }] });
    expect(await mutate('updateRepository', { name: 'nothing', poll: '2m' })).toMatchObject({ userErrors: [{ code: 'REPOSITORY_NOT_FOUND' }] });
  });

  it('keeps credentials to write with apart from those that agents get, at their host, and never shows them', async () => {
    const { pool } = hub.database;
    const columns = async (): Promise<Readonly<Record<string, unknown>>> => (await pool.query(`SELECT credentials_digest AS "read", write_credentials_digest AS "write", version FROM repositories WHERE name = 'fleet'`)).rows[0];
    const before = await columns();
    const added = await mutate('updateRepository', { name: 'fleet', writeCredentials: { username: 'writer', password: WRITE_PASSWORD } });
    expect(added).toMatchObject({ userErrors: [], repository: { hasCredentials: true, hasWriteCredentials: true } });
    const after = await columns();
    expect(after).toEqual({ read: before['read'], write: expect.stringMatching(/^sha256:/), version: Number(before['version']) + 1 });
    expect(await mutate('updateRepository', { name: 'fleet', writeCredentials: { username: 'writer', password: WRITE_PASSWORD } })).toMatchObject({ repository: { version: after['version'] } });
    const elsewhere = { name: 'fleet', url: 'https://evil.example.com/fleet.git', removeCredentials: true };
    expect(await mutate('updateRepository', elsewhere)).toMatchObject({ repository: null, userErrors: [{ code: 'INVALID_CREDENTIALS', field: ['writeCredentials'] }] });
    expect(await mutate('updateRepository', { name: 'fleet', removeWriteCredentials: true })).toMatchObject({ userErrors: [], repository: { hasCredentials: true, hasWriteCredentials: false } });
    expect(await columns()).toMatchObject({ read: before['read'], write: null });
  });

  it('shows wrong credentials at once and heals with the right ones', async () => {
    expect(await mutate('updateRepository', { name: 'fleet', credentials: { username: 'fleet', password: OTHER_PASSWORD } })).toMatchObject({ userErrors: [], repository: { version: 4 } });
    await until('the failure shows', 20_000, async () => ((await read('fleet'))?.reason === 'AUTHENTICATION_FAILED' ? true : undefined));
    expect(await mutate('updateRepository', { name: 'fleet', credentials: { username: 'fleet', password: PASSWORD } })).toMatchObject({ userErrors: [] });
    await until('it heals', 20_000, async () => ((await read('fleet'))?.reason === null ? true : undefined));
  });

  it('has orders made anew where URL or credentials change, and nowhere else', async () => {
    const marked = async (): Promise<unknown> => (await hub.database.pool.query(`SELECT order_stale FROM targets WHERE assigned_release_id IS NOT NULL`)).rows;
    await hub.graphql('mutation { createCluster(input: { name: "eu-1", labels: { env: "prod" } }) { userErrors { code } } }');
    await hub.database.pool.query(`
      INSERT INTO targets (project_id, id, application_id, cluster_id, assigned_release_id) SELECT r.project_id, gen_random_uuid(), r.application_id, c.id, r.id
      FROM clusters c, releases r WHERE c.name = 'eu-1' LIMIT 1 ON CONFLICT (application_id, cluster_id) DO UPDATE SET assigned_release_id = excluded.assigned_release_id`);
    await mutate('updateRepository', { name: 'fleet', poll: '3m' });
    expect(await marked()).toEqual([{ order_stale: false }]);
    const { pool } = hub.database;
    await pool.query(`UPDATE leases SET holder = 'nobody', epoch = epoch + 1, expires_at = now() + interval '1 hour' WHERE name = 'planner'`); // the mark shall be seen before it is used
    await mutate('updateRepository', { name: 'fleet', credentials: { username: 'fleet', password: OTHER_PASSWORD } });
    expect(await marked()).toEqual([{ order_stale: true }]);
    await pool.query(`UPDATE leases SET expires_at = now() WHERE name = 'planner'`);
    await mutate('updateRepository', { name: 'fleet', credentials: { username: 'fleet', password: PASSWORD } });
    await until('it is read again', 20_000, async () => ((await read('fleet'))?.reason === null ? true : undefined));
  });

  it('looks once for one webhook, whatever the number of applications, and releases what it brought', async () => {
    for (let index = 0; index < 10; index += 1) await addApplication(`web-${index}`, 'fleet', 'app');
    const released = async (commit: string): Promise<number> => (await hub.database.pool.query('SELECT 1 FROM releases WHERE commit = $1', [commit])).rowCount ?? 0;
    const settled = async (): Promise<true | undefined> => {
      const { rows } = await hub.database.pool.query<{ settled: boolean }>(
        `SELECT claim IS NULL AND next_poll_at > now() + interval '10 seconds' AND NOT EXISTS (SELECT FROM applications a WHERE a.repository_id = r.id AND a.evaluated_revision_id IS NULL) AS settled FROM repositories r WHERE name = 'fleet'`,
      );
      return rows[0]?.settled === true ? true : undefined;
    };
    await until('everything is evaluated', 20_000, settled);
    const { webhookUrls } = await readThere('fleet');
    const commit = await git.commit({ 'app/a.yaml': `${CONFIG_MAP}data: { x: y }\n` });
    const before = lookUps();
    const body = JSON.stringify({ ref: 'refs/heads/main', after: commit });
    expect((await github(webhookUrls.github, body, { 'x-github-delivery': 'd-1' })).status).toBe(202);
    await until('the commit is released', 20_000, async () => ((await released(commit)) === 11 ? true : undefined));
    await until('the look is over', 20_000, settled);
    expect(lookUps() - before).toBe(1);
    // Again the same delivery, and a push to what nobody follows: no look.
    expect((await github(webhookUrls.github, body, { 'x-github-delivery': 'd-1' })).status).toBe(202);
    expect((await github(webhookUrls.github, JSON.stringify({ ref: 'refs/heads/other' }))).status).toBe(202);
    expect(await settled()).toBe(true);
    expect(lookUps() - before).toBe(1);
  });

  it('takes what is signed after Standard Webhooks', async () => {
    const { webhookUrls } = await readThere('fleet');
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', WEBHOOK_SECRET).update(`m-1.${timestamp}.{}`).digest('base64');
    const headers = { 'webhook-id': 'm-1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
    const before = lookUps();
    expect((await fetch(`${hub.url}${webhookUrls.generic}`, { method: 'POST', body: '{}', headers })).status).toBe(202);
    await until('it is looked at', 20_000, () => (lookUps() > before ? true : undefined));
  });

  it('takes what every kind of host sends, and refuses it with the proof of another secret', async () => {
    const { webhookUrls } = await readThere('fleet');
    for (const [proof, { provider, prove }] of Object.entries(PROOFS)) {
      const delivery = DELIVERIES.find((one) => one.provider === provider);
      if (delivery === undefined) throw new Error(`no delivery of ${provider}`);
      const post = async (secret: string): Promise<number> =>
        (await fetch(`${hub.url}${webhookUrls[provider]}?token=canary-in-query`, { method: 'POST', body: Uint8Array.from(delivery.body), headers: { ...delivery.headers, ...prove(secret, delivery.body, new Date()) } })).status;
      expect([proof, await post(OTHER_PASSWORD), await post(WEBHOOK_SECRET)]).toEqual([proof, 401, 202]);
    }
  });

  it('refuses alike what is unsigned, wrongly signed or meant for nobody', async () => {
    const { webhookUrls } = await readThere('fleet');
    await mutate('createRepository', { name: 'no-secret', url: 'https://git.example.com/a', poll: '24h' });
    const noSecret = (await read('no-secret'))?.webhookUrls.github ?? '';
    const nobody = '/webhooks/github/00000000-0000-7000-8000-000000000000';
    const requests = [
      [webhookUrls.github, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }], [webhookUrls.github, { 'x-hub-signature-256': '' }], [noSecret, {}], [nobody, {}],
      ['/webhooks/github/..%2f..', {}], [webhookUrls.generic, {}],
    ] as const;
    for (const [path, headers] of requests) {
      const answer = await github(path, '{}', headers);
      expect([path, answer.status, await answer.text()]).toEqual([path, 401, '{"error":"the signature does not match"}']);
    }
  });

  it('cuts an endless body', async () => {
    const { webhookUrls } = await readThere('fleet');
    let sent = 0;
    const ending = await new Promise<number | string | undefined>((resolve) => {
      const sending = request(`${hub.url}${webhookUrls.github}`, { method: 'POST', headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } }, (answer) => resolve(answer.statusCode));
      sending.on('error', (error) => resolve(errorCode(error))); // it hangs up with the answer still on its way
      const chunk = Buffer.alloc(1024 * 1024);
      const pump = (): void => void sending.write(chunk, (error) => (error === null || error === undefined ? ((sent += 1), pump()) : undefined));
      pump();
    });
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(ending);
    expect(sent).toBeLessThan(100);
    expect((await fetch(`${hub.url}/livez`)).status).toBe(200);
  });

  it('deletes none that applications use, and frees the name of others', async () => {
    expect(await remove('fleet')).toMatchObject({ deletedId: null, userErrors: [{ code: 'REPOSITORY_IN_USE', details: { count: 11, applications: expect.arrayContaining(['web', 'web-0']) } }] });
    expect(await remove('no-secret')).toMatchObject({ deletedId: expect.any(String), userErrors: [] });
    expect(await read('no-secret')).toBeNull();
    expect(await remove('no-secret')).toMatchObject({ userErrors: [{ code: 'REPOSITORY_NOT_FOUND' }] });
    expect(await mutate('createRepository', { name: 'no-secret', url: 'https://git.example.com/b', poll: '24h' })).toMatchObject({ userErrors: [], repository: { version: 1 } });
  });

  it('does not go where it is not allowed', async () => {
    await mutate('createRepository', { name: 'metadata', url: 'http://169.254.169.254/latest/meta-data.git' });
    await until('it is refused', 20_000, async () => ((await read('metadata'))?.reason === 'EGRESS_REFUSED' ? true : undefined));
  });

  it('counts look-ups', async () => {
    const metrics = await (await fetch(`${hub.url}/metrics`)).text();
    expect(metrics).toMatch(/capstan_git_look_ups_total\{outcome="OK"\} \d+/);
    expect(metrics).toMatch(/capstan_git_look_ups_total\{outcome="AUTHENTICATION_FAILED"\} \d+/);
    expect(metrics).toMatch(/capstan_git_look_up_duration_seconds_count \d+/);
  });

  it('has told nobody a secret: not the log, the API, the metrics or the database', async () => {
    const tables = await hub.database.pool.query<{ name: string }>(`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`);
    const dumps = await Promise.all(tables.rows.map(async ({ name }) => JSON.stringify((await hub.database.pool.query(`SELECT t::text FROM ${name} t`)).rows)));
    const everything = await hub.graphql(`{ repositories { edges { node { ${FIELDS} advice } } } applications(first: 200) { edges { node { name reason message advice } } } }`);
    const audit = await hub.graphql('{ auditLog(first: 200) { edges { node { action } } } }');
    expect(JSON.stringify(audit.data)).toContain('updateRepository');
    const said = [...hub.logged, ...dumps, JSON.stringify(everything), await (await fetch(`${hub.url}/metrics`)).text()].join('\n');
    expect(hub.logged.some((line) => line.includes('/webhooks/gitlab/'))).toBe(true);
    for (const secret of [PASSWORD, OTHER_PASSWORD, WRITE_PASSWORD, WEBHOOK_SECRET, 'canary-in-url', 'canary-in-query']) {
      for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex'), Buffer.from(`fleet:${secret}`).toString('base64')]) expect(said).not.toContain(form);
    }
  });
});
