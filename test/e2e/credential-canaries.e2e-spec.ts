import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anSshKey, SshGitServer, sshMissing, type GitRepositoryBuilder, type GitServer } from '#testing';
import { buildSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aCanary, canaryOfSshKey, type Canary } from '../canaries/canary.js';
import { CanaryStage } from '../canaries/canary-stage.js';
import { everythingReadable } from '../canaries/everything-readable.js';
import { ENDINGS } from '../canaries/hostile-endings.js';
import { urlsWithSecrets, webhooksWith, wrongBesideASecret } from '../canaries/refused-requests.js';
import { configMap } from './stage/content.js';

const ROOT = join(import.meta.dirname, '..', '..');

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** How a repository over HTTP keeps a secret. One more kind is one more line. */
const KINDS: readonly { readonly name: string; readonly canary: Canary; readonly credentials: (secret: string) => Credentials }[] = [
  { name: 'password', canary: aCanary('password'), credentials: (password) => ({ username: 'reader', password }) },
  { name: 'token', canary: aCanary('token'), credentials: (username) => ({ username, password: 'x-oauth-basic' }) },
];
const WEBHOOK = aCanary('webhook secret');
const WRITE = aCanary('write credentials');
const WRITER: Credentials = { username: 'writer', password: WRITE.secret };
const REFUSED = aCanary('in a refused request');
/** No secret at all: it must be found, or the search looks in the wrong places. */
const DECOY = aCanary('decoy');

interface SshKey {
  readonly privateKey: string;
  readonly knownHosts: string;
}

interface Followed {
  readonly name: string;
  readonly url: string;
  readonly ending: string;
  readonly builder: GitRepositoryBuilder;
  /** Of the repository's spec. */
  readonly secrets: { readonly credentials?: Credentials; readonly ssh?: SshKey; readonly writeCredentials?: Credentials; readonly writeSsh?: SshKey };
  /** In the agent's Secret of it. */
  readonly kept: string | undefined;
}

describe('credentials of repositories', () => {
  let stage: CanaryStage;
  let tables: readonly string[] = [];
  let elsewhere: GitServer;
  const servers: GitServer[] = [];
  const followed: Followed[] = [];
  let keyMissing: string | undefined;
  let agentSecrets = '';
  let agentReasons: readonly unknown[] = [];
  let written: readonly string[] = [];

  beforeAll(async () => {
    keyMissing = await sshMissing();
    const key = keyMissing === undefined ? await anSshKey() : undefined;
    const writeKey = key && (await anSshKey());
    stage = await CanaryStage.start(ROOT, [...KINDS.map(({ canary }) => canary), WEBHOOK, WRITE, REFUSED, DECOY, ...(key === undefined || writeKey === undefined ? [] : [canaryOfSshKey('SSH key', key), canaryOfSshKey('SSH key to write with', writeKey)])]);
    const hub = await stage.hub();
    const cluster = await stage.cluster('prod', hub);
    elsewhere = await stage.git();

    for (const ending of ENDINGS) {
      const git = await stage.git();
      servers.push(git);
      for (const { name: kind, credentials, canary: { secret } } of KINDS) await follow(git, `${ending.name}-${kind}`, ending.name, { credentials: credentials(secret), writeCredentials: WRITER }, secret);
    }
    const [good] = servers;
    if (good === undefined) throw new Error('there is no Git server');
    await follow(good, coreOf(DECOY), 'good', {}, undefined);
    if (key !== undefined && writeKey !== undefined) {
      const overSsh = await SshGitServer.start(good.root, [key.publicKey, writeKey.publicKey]);
      stage.builder.adopt(() => overSsh.stop());
      await follow(good, 'good-ssh', 'good', { ssh: { privateKey: key.privateKey, knownHosts: overSsh.knownHosts }, writeSsh: { privateKey: writeKey.privateKey, knownHosts: overSsh.knownHosts } }, key.privateKey, overSsh.url('good-ssh'));
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

    // What writes is used, by servers that take it and by those that have turned: a write that fails tells as little as one that succeeds.
    const writing = followed.filter(({ secrets }) => secrets.writeCredentials !== undefined || secrets.writeSsh !== undefined);
    const [first, ...others] = writing;
    await stage.capstan(hub, ['rollback', first?.name ?? '', '--to', '1', '--revert', '--reason', 'to see who is told']);
    const rollback = 'mutation ($name: String!) { rollback(input: { application: $name, release: 1, mode: REVERT, reason: "to see who is told" }) { userErrors { code message } } }';
    for (const { name } of others) await stage.graphql(hub, rollback, { name });
    await stage.capstan(hub, ['get', 'git-writes', '-a', first?.name ?? '', '-o', 'wide']);
    await untilWritten(writing);

    const refused = { name: 'good-password', url: good.url('good-password'), secret: REFUSED.secret };
    for (const answer of await urlsWithSecrets(stage, hub, refused)) expect(answer).toContain('INVALID_URL');
    await wrongBesideASecret(stage, hub, refused);
    await webhooksWith(stage, hub, 'good-password', [WEBHOOK.secret, REFUSED.secret]);
    for (const args of [['get', 'repositories', '-o', 'wide'], ['get', 'repositories', '-o', 'json'], ['get', 'apps', '-o', 'json'], ['describe', 'app/broken-token'], ['describe', `app/${coreOf(DECOY)}`], ['delete', `repository/${coreOf(DECOY)}`]]) await stage.capstan(hub, args);
    const schema = buildSchema(readFileSync(join(ROOT, 'schema.graphql'), 'utf8'));
    const names = followed.map(({ name }) => name);
    for (const query of everythingReadable(schema, { 'application.name': names, 'repository.name': names, 'releases.application': names, 'cluster.name': ['prod'], 'project.name': ['default'], 'gitWrites.application': names, 'explain.application': names, 'explain.cluster': ['prod'] })) {
      expect(await stage.graphql(hub, query)).toMatch(/^200 .*\n\{"data":/);
    }
    expect(await stage.answer('metrics', 'hub', `${hub.api.url}/metrics`)).toMatch(/^200 /);
    await stage.answer('health', 'hub', `${hub.api.url}/readyz`);
    agentSecrets = await kept('Secret');
    for (const kind of ['ConfigMap', 'Event']) stage.search.look('cluster', kind, await kept(kind));
    tables = await stage.lookAtTheRest(hub);

    async function follow(git: GitServer, name: string, ending: string, secrets: Followed['secrets'], kept: string | undefined, url = git.url(name)): Promise<void> {
      followed.push({ name, url, ending, secrets, kept, builder: await stage.repository(git, name, { ...(secrets.credentials === undefined ? {} : { credentials: secrets.credentials }), ...(secrets.writeCredentials === undefined ? {} : { writer: secrets.writeCredentials }) }) });
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

    async function untilWritten(repositories: readonly Followed[]): Promise<void> {
      type Says = { readonly gitWrites: { readonly edges: readonly { readonly node: { readonly state: string; readonly attempts: number; readonly reason: string | null } }[] } };
      let last: unknown;
      await stage.until('every commit is written, or was tried', async () => {
        const says = await Promise.all(repositories.map(async ({ name, ending }) => {
          const [edge] = (await hub.api.query<Says>('query Of($name: String!) { gitWrites(application: $name) { edges { node { state attempts reason } } } }', { name })).gitWrites.edges;
          return { name, ending, ...edge?.node };
        }));
        last = says;
        written = says.filter(({ state }) => state === 'DONE').map(({ name }) => name);
        return says.every(({ ending, state, reason }) => (ending === 'good' ? state === 'DONE' : typeof reason === 'string')) ? true : undefined;
      }, () => JSON.stringify(last));
    }

    async function kept(kind: string): Promise<string> {
      const resource = await cluster.admin.resolve('', kind);
      const list = resource.ok ? await cluster.admin.list(resource.value) : resource;
      if (!list.ok) throw new Error(list.error.message);
      return JSON.stringify(list.value);
    }
  }, 480_000);

  afterAll(async () => {
    await stage.builder.clear();
  }, 60_000);

  it('are what the hub and the agent signed in with, and what the agent keeps in its Secrets', () => {
    for (const { name, secrets: { credentials }, kept } of followed) {
      if (credentials !== undefined) {
        const basic = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
        expect(servers.flatMap(({ accesses }) => accesses).filter(({ repository, authorization }) => repository === name && authorization === basic)).not.toEqual([]);
      }
      if (kept !== undefined) expect(agentSecrets).toContain(Buffer.from(kept).toString('base64'));
    }
    expect(followed.filter(({ secrets }) => secrets.ssh !== undefined)).toHaveLength(keyMissing === undefined ? 1 : 0);
    expect(agentReasons).toHaveLength(3 * KINDS.length);
    expect(written).toEqual(followed.filter(({ ending, secrets }) => ending === 'good' && (secrets.writeCredentials !== undefined || secrets.writeSsh !== undefined)).map(({ name }) => name));
    expect(agentSecrets).not.toContain(Buffer.from(WRITE.secret).toString('base64'));
  });

  it('are told to nobody to whom a server redirects', () => {
    expect(elsewhere.accesses.map(({ authorization }) => authorization).filter((value) => value !== undefined)).toEqual([]);
  });

  it('are searched for where something that is no secret is found', () => {
    const kinds = new Set(stage.search.hits.filter(({ canary }) => canary === 'decoy').map(({ place }) => place.split(':', 1)[0]));
    expect([...kinds]).toEqual(expect.arrayContaining(['command line output', 'GraphQL', 'process arguments', 'files', 'tables']));
    const places = stage.search.hits.filter(({ canary }) => canary === 'decoy').map(({ place }) => place);
    expect(places).toEqual(expect.arrayContaining(['tables: repositories.url']));
    expect([...stage.search.kinds]).toEqual(expect.arrayContaining(['environment', 'metrics', 'webhooks', 'file names', 'cluster']));
    expect([...stage.processes.programs]).toEqual(expect.arrayContaining(['git', 'node', 'postgres', ...(keyMissing === undefined ? ['ssh'] : [])]));
    expect(tables).toEqual(expect.arrayContaining(['repositories', expect.stringMatching(/^audit_log/), 'target_transitions', 'outbox']));
  });

  it('are found in no log, error, status, answer, process argument, environment, file or table', () => {
    expect(stage.search.hits.filter(({ canary }) => canary !== 'decoy')).toEqual([]);
  });
});

function coreOf(canary: Canary): string {
  return canary.forms[0]?.bytes.toString() ?? '';
}

function manifestsOf({ name, url, secrets }: Followed): string {
  const repository = { apiVersion: 'capstan.dev/v1', kind: 'Repository', metadata: { name }, spec: { url, poll: '1s', webhookSecret: WEBHOOK.secret, ...secrets } };
  const application = { apiVersion: 'capstan.dev/v1', kind: 'Application', metadata: { name }, spec: { source: { repository: name, ref: 'main', path: 'app' }, selector: { all: true }, namespace: name } };
  return `${JSON.stringify(repository)}\n---\n${JSON.stringify(application)}\n`;
}
