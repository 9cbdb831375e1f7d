import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GitRepositoryBuilder, GitServer } from '#testing';
import { buildSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aCanary, type Canary } from '../canaries/canary.js';
import { CanaryStage } from '../canaries/canary-stage.js';
import { everythingReadable } from '../canaries/everything-readable.js';
import { ENDINGS, type Credentials } from '../canaries/hostile-endings.js';
import { configMap } from './stage/content.js';

const ROOT = join(import.meta.dirname, '..', '..');

/** How a repository keeps a secret. One more kind is one more line. */
const KINDS: readonly { readonly name: string; readonly credentials: (secret: string) => Credentials }[] = [
  { name: 'password', credentials: (password) => ({ username: 'reader', password }) },
  { name: 'token', credentials: (username) => ({ username, password: 'x-oauth-basic' }) },
];
const SECRETS = new Map(KINDS.map(({ name }) => [name, aCanary(name)]));
const WEBHOOK = aCanary('webhook secret');
const REFUSED = aCanary('in a refused request');
/** No secret at all: it must be found, or the search looks in the wrong places. */
const DECOY = aCanary('decoy');

interface Followed {
  readonly name: string;
  readonly kind: string;
  readonly ending: string;
  readonly git: GitServer;
  readonly builder: GitRepositoryBuilder;
  readonly credentials: Credentials | undefined;
}

describe('credentials of repositories', () => {
  let stage: CanaryStage;
  let tables: readonly string[] = [];
  let elsewhere: GitServer;
  const servers: GitServer[] = [];
  const followed: Followed[] = [];
  let agentSecrets = '';
  let agentReasons: readonly unknown[] = [];

  beforeAll(async () => {
    stage = await CanaryStage.start(ROOT, [...SECRETS.values(), WEBHOOK, REFUSED, DECOY]);
    const hub = await stage.hub();
    const cluster = await stage.cluster('prod', hub);
    elsewhere = await stage.git();

    for (const ending of ENDINGS) {
      const git = await stage.git();
      servers.push(git);
      for (const { name: kind, credentials } of KINDS) followed.push(await follow(git, `${ending.name}-${kind}`, kind, ending.name, credentials(SECRETS.get(kind)?.secret ?? '')));
      if (ending.name === 'good') followed.push(await follow(git, coreOf(DECOY), 'decoy', 'good', undefined));
    }
    const applied = await stage.capstan(hub, ['apply', '-f', '-'], followed.map(manifestsOf).join('---\n'));
    expect(applied).toMatchObject({ exitCode: 0 });
    await untilObserved(followed);

    // The agent is away while the hub sees the next commit: it has to fetch it from servers that have turned by then.
    await cluster.agent.stop();
    for (const { builder } of followed) await builder.commit({ 'app/settings.yaml': configMap('settings', { colour: 'green' }) });
    await stage.until('the hub has released every second commit', async () => ((await releases()).every((count) => count >= 2) ? true : undefined));
    for (const [index, ending] of ENDINGS.entries()) {
      const of = followed.filter((repository) => repository.ending === ending.name);
      const git = servers[index];
      if (git !== undefined) await ending.turn(git, of.map(({ name }) => name), elsewhere);
    }
    const agent = await cluster.agent.startAgain();
    stage.builder.adopt(() => agent.stop());
    await untilObserved(followed.filter(({ ending }) => ending === 'good'));
    await untilEveryEndingShows();

    await refusals();
    for (const args of [['get', 'repositories', '-o', 'wide'], ['get', 'repositories', '-o', 'json'], ['get', 'apps', '-o', 'json'], ...followed.map(({ name }) => ['describe', `app/${name}`]), ['describe', `repository/${coreOf(DECOY)}`], ['delete', `repository/${coreOf(DECOY)}`]]) await stage.capstan(hub, args);
    const schema = buildSchema(readFileSync(join(ROOT, 'schema.graphql'), 'utf8'));
    const names = followed.map(({ name }) => name);
    for (const query of everythingReadable(schema, { 'application.name': names, 'repository.name': names, 'releases.application': names, 'cluster.name': ['prod'], 'project.name': ['default'] })) {
      expect(await stage.graphql(hub, query)).toMatch(/^200 .*\n\{"data":/);
    }
    expect(await stage.answer('metrics', 'hub', `${hub.api.url}/metrics`)).toMatch(/^200 /);
    await stage.answer('health', 'hub', `${hub.api.url}/readyz`);
    agentSecrets = await kept('Secret');
    for (const kind of ['ConfigMap', 'Event']) stage.search.look('cluster', kind, await kept(kind));
    tables = await stage.lookAtTheRest(hub);

    async function follow(git: GitServer, name: string, kind: string, ending: string, credentials: Credentials | undefined): Promise<Followed> {
      return { name, kind, ending, git, credentials, builder: await stage.repository(git, name, credentials) };
    }

    type Targets = { readonly applications: { readonly edges: readonly { readonly node: { readonly name: string; readonly targets: { readonly edges: readonly { readonly node: { readonly sync: string; readonly reason: string | null; readonly observed: { readonly commit: string | null } } }[] } } }[] } };
    async function targets(): Promise<ReadonlyMap<string, { readonly sync: string; readonly reason: string | null; readonly observed: { readonly commit: string | null } } | undefined>> {
      const { applications } = await hub.api.query<Targets>('{ applications { edges { node { name targets { edges { node { sync reason observed { commit } } } } } } } }');
      return new Map(applications.edges.map(({ node }) => [node.name, node.targets.edges[0]?.node]));
    }

    async function untilObserved(repositories: readonly Followed[]): Promise<void> {
      let last: unknown;
      await stage.until('every commit runs', async () => {
        const seen = await targets();
        last = [...seen];
        for (const { name, builder } of repositories) if (seen.get(name)?.observed.commit !== (await builder.head())) return undefined;
        return true;
      }, () => JSON.stringify(last));
    }

    async function releases(): Promise<readonly number[]> {
      return Promise.all(followed.map(async ({ name }) => (await hub.api.query<{ readonly releases: { readonly edges: readonly unknown[] } }>('query Of($name: String!) { releases(application: $name) { edges { cursor } } }', { name })).releases.edges.length));
    }

    async function untilEveryEndingShows(): Promise<void> {
      type Says = { readonly repository: { readonly reason: string | null } };
      let last: unknown;
      await stage.until('every repository and every agent says how its server has turned', async () => {
        const seen = await targets();
        const says = await Promise.all(followed.map(async ({ name, ending }) => ({
          name, reason: (await hub.api.query<Says>('query Says($name: String!) { repository(name: $name) { reason } }', { name })).repository.reason, target: seen.get(name)?.reason,
          wanted: ENDINGS.find((candidate) => candidate.name === ending)?.reason,
        })));
        last = says;
        agentReasons = says.filter(({ wanted }) => wanted !== undefined).map(({ target }) => target);
        return says.every(({ reason, target, wanted }) => wanted === undefined || (wanted.test(reason ?? '') && typeof target === 'string')) ? true : undefined;
      }, () => JSON.stringify(last));
    }

    /** Requests that carry a secret where none may be, or that are wrong beside one. */
    async function refusals(): Promise<void> {
      const { secret } = REFUSED;
      const [first] = followed;
      const url = first?.git.url(first.name) ?? '';
      const withUser = [`http://reader:${encodeURIComponent(secret)}@localhost/x.git`, `https://${encodeURIComponent(secret)}@localhost/x.git`, `http://localhost/x.git?token=${encodeURIComponent(secret)}`, `ssh://git:${encodeURIComponent(secret)}@localhost/x.git`];
      const create = 'mutation Refused($input: CreateRepositoryInput!) { createRepository(input: $input) { repository { id } userErrors { code field message hint details } } }';
      for (const refused of withUser) {
        expect(await stage.graphql(hub, create, { input: { name: 'refused', url: refused } })).toContain('INVALID_URL');
        expect(await stage.graphql(hub, create.replaceAll('reate', 'pdate').replaceAll('Cpdate', 'Update').replaceAll('cpdate', 'update'), { input: { name: first?.name, url: refused } })).toContain('INVALID_URL');
        const manifest = JSON.stringify({ apiVersion: 'capstan.dev/v1', kind: 'Repository', metadata: { name: 'refused' }, spec: { url: refused } });
        expect((await stage.capstan(hub, ['apply', '-f', '-'], manifest)).exitCode).not.toBe(0);
      }
      const credentials = { username: 'reader', password: secret };
      for (const input of [
        { name: 'refused', url, credentials, poll: 'often' },
        { name: 'refused', url, credentials, unknown: true },
        { name: 'refused', credentials, webhookSecret: secret },
        { name: 'refused', url, credentials: { username: `${secret}:`, password: secret } },
        { name: 'refused', url, credentials: { username: 'reader', password: `${secret}\n` } },
        { name: 'refused', url, credentials: { username: 'reader', password: [secret] } },
        { name: 'refused', url, credentials: secret },
        { name: 'refused', url, webhookSecret: `${secret}\u0000` },
        { name: first?.name, url, credentials, webhookSecret: secret },
      ]) {
        await stage.graphql(hub, create, { input });
        const { name, ...spec } = input;
        await stage.capstan(hub, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'capstan.dev/v1', kind: 'Repository', metadata: { name: name === 'refused' ? name : 'refused-too' }, spec: name === 'refused' ? spec : { ...spec, url: 'no url' } }));
      }
      await stage.graphql(hub, create.replace('$input)', `{ name: "refused", url: 7, credentials: { username: "reader", password: ${JSON.stringify(secret)} } })`).replace('($input: CreateRepositoryInput!)', ''));
      await stage.answer('GraphQL', 'broken JSON', `${hub.api.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${hub.api.token}` }, body: `{"query": "x", "variables": {"password": ${JSON.stringify(secret)}` });
      const paths = (await hub.api.query<{ readonly repository: { readonly webhookUrls: Readonly<Record<string, string>> } }>('query Hooks($name: String!) { repository(name: $name) { webhookUrls { gitlab github generic } } }', { name: first?.name ?? '' })).repository.webhookUrls;
      for (const token of [WEBHOOK.secret, secret]) {
        const headers = { 'x-gitlab-token': token, 'x-gitlab-event': 'Push Hook', 'x-hub-signature-256': `sha256=${token}`, 'x-github-event': 'push', 'content-type': 'application/json' };
        for (const path of Object.values(paths)) await stage.answer('webhooks', path, new URL(path, hub.api.url).href, { method: 'POST', headers, body: JSON.stringify({ ref: 'refs/heads/main' }) });
      }
    }

    async function kept(kind: string): Promise<string> {
      const resource = await cluster.admin.resolve('', kind);
      const list = resource.ok ? await cluster.admin.list(resource.value) : resource;
      if (!list.ok) throw new Error(list.error.message);
      return JSON.stringify(list.value);
    }
  }, 240_000);

  afterAll(async () => {
    await stage.builder.clear();
  }, 60_000);

  it('are what the hub and the agent signed in with, and what the agent keeps in its Secrets', () => {
    for (const { name, kind, credentials, git } of followed) {
      if (credentials === undefined) continue;
      const basic = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
      expect(git.accesses.filter(({ repository, authorization }) => repository === name && authorization === basic).length).toBeGreaterThan(0);
      const held = KINDS.find((candidate) => candidate.name === kind);
      expect(agentSecrets).toContain(Buffer.from(held?.name === 'token' ? credentials.username : credentials.password).toString('base64'));
    }
    expect(agentReasons).toHaveLength(3 * KINDS.length);
  });

  it('are told to nobody to whom a server redirects', () => {
    expect(elsewhere.accesses.map(({ authorization }) => authorization).filter((value) => value !== undefined)).toEqual([]);
  });

  it('are searched for where something that is no secret is found', () => {
    const kinds = new Set(stage.search.hits.filter(({ canary }) => canary === 'decoy').map(({ place }) => place.split(':', 1)[0]));
    expect([...kinds]).toEqual(expect.arrayContaining(['command line output', 'GraphQL', 'process arguments', 'files', 'tables']));
    const places = stage.search.hits.filter(({ canary }) => canary === 'decoy').map(({ place }) => place);
    expect(places).toEqual(expect.arrayContaining(['tables: repositories.url', 'tables: audit_entries.before']));
    expect([...stage.search.kinds]).toEqual(expect.arrayContaining(['environment', 'metrics', 'webhooks', 'file names', 'cluster']));
    expect([...stage.processes.programs]).toEqual(expect.arrayContaining(['git', 'node', 'postgres']));
    expect(tables.length).toBeGreaterThan(20);
  });

  it('are found in no log, error, status, answer, process argument, environment, file or table', () => {
    expect(stage.search.hits.filter(({ canary }) => canary !== 'decoy')).toEqual([]);
  });
});

function coreOf(canary: Canary): string {
  return canary.forms[0]?.bytes.toString() ?? '';
}

function manifestsOf({ name, git, credentials }: Followed): string {
  const repository = { apiVersion: 'capstan.dev/v1', kind: 'Repository', metadata: { name }, spec: { url: git.url(name), poll: '1s', webhookSecret: WEBHOOK.secret, ...(credentials === undefined ? {} : { credentials }) } };
  const application = { apiVersion: 'capstan.dev/v1', kind: 'Application', metadata: { name }, spec: { source: { repository: name, ref: 'main', path: 'app' }, selector: { all: true }, namespace: name } };
  return `${JSON.stringify(repository)}\n---\n${JSON.stringify(application)}\n`;
}
