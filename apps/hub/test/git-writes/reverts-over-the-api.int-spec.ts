import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { silentLog } from '#kernel';
import { clusterId, contentId, releaseId, type AssignmentOrder, type TargetReport } from '#domain';
import { systemClock, systemRandom, systemTimers, uuidV7Ids } from '#runtime';
import { aGitRepository, gitForTests, GitServer, until, type GitRepositoryBuilder } from '#testing';
import { decodeOrder } from '#wire';
import type { DataSource } from 'typeorm';
import { SqlReportStore } from '../../src/agent-gateway/ingest/sql-report.store.js';
import { ENTITIES } from '../../src/entities.js';
import { openDataSource, TransactionContext } from '../../src/platform/database/index.js';
import { aHub, type TestHub } from '../a-hub.js';

jest.setTimeout(120_000);

const READER = { username: 'reader', password: 'canary-reader-90cc' };
const WRITER = { username: 'writer', password: 'canary-writer-12ab' };
const ROLLBACK = `mutation ($input: RollbackInput!) { rollback(input: $input) { rollouts { id cause gitWrite { id state branch newBranch } } userErrors { code field message hint } } }`;
const ROLLBACK_WITHOUT_GIT = `mutation ($input: RollbackInput!) { rollback(input: $input) { waitingForGit rollouts { cause } userErrors { code field message hint details } } }`;
const ROLLOUTS = `{ rollouts(application: "web") { edges { node { cause release { number sourceDigest } gitWrite { id kind state branch newBranch path commit url reason advice attempts requestedBy release { number } application { name } } } } } }`;
type Node = { readonly cause: string; readonly release: { readonly number: number; readonly sourceDigest: string }; readonly gitWrite: Readonly<Record<string, unknown>> | null };

describe('commits of a running hub', () => {
  let hub: TestHub;
  let server: GitServer;
  let git: GitRepositoryBuilder;
  let dataSource: DataSource;
  let reports: SqlReportStore;
  let sequence = 0n;

  beforeAll(async () => {
    server = await GitServer.start();
    git = await aGitRepository(server, 'fleet', { credentials: READER, writer: WRITER });
    await git.commit({ 'app/cm.yaml': 'a: 1\n' });
    hub = await aHub({ CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS: 'localhost', CAPSTAN_GIT_AUTHOR_EMAIL: 'bot@example.com' });
    dataSource = await openDataSource({
      url: hub.database.url, entities: ENTITIES, poolSize: 2, applicationName: 'agent', statementTimeoutMs: 20_000, lockTimeoutMs: 20_000, idleInTransactionTimeoutMs: 20_000, log: silentLog,
    });
    reports = new SqlReportStore(new TransactionContext(dataSource, systemTimers, systemRandom), uuidV7Ids(systemClock, systemRandom));
    await mutate('createRepository', 'CreateRepositoryInput', { name: 'fleet', url: git.url, poll: '1s', credentials: READER });
    await mutate('createCluster', 'CreateClusterInput', { name: 'c1', labels: {} });
    await hub.database.pool.query(`UPDATE clusters SET state = 'ACTIVE', session_epoch = 1, connected_replica = 'test', last_seen_at = now() + interval '1 hour'`);
    await mutate('createApplication', 'CreateApplicationInput', { name: 'web', spec: { source: { repository: 'fleet', ref: 'main', path: 'app' }, selector: { all: true }, strategy: { kind: 'ALL_AT_ONCE' } } });
    await runs(1);
    await git.commit({ 'app/cm.yaml': 'a: 2\n' });
    await runs(2);
  }, 120_000);
  afterAll(async () => {
    await dataSource?.destroy();
    await hub?.close();
    await server?.dispose();
  });

  const ask = async (query: string, variables?: object): Promise<Record<string, unknown>> => {
    const answer = await hub.graphql(query, variables);
    expect(answer.errors).toBeUndefined();
    return answer.data ?? {};
  };
  async function mutate(name: string, type: string, input: object): Promise<void> {
    expect((await ask(`mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code message } } }`, { input }))[name]).toEqual({ userErrors: [] });
  }
  const rollouts = async (): Promise<readonly Node[]> => ((await ask(ROLLOUTS))['rollouts'] as { readonly edges: readonly { readonly node: Node }[] }).edges.map(({ node }) => node);

  async function assignedOrder(): Promise<{ readonly number: number; readonly order: AssignmentOrder } | undefined> {
    const { rows } = await hub.database.pool.query<{ order_bytes: Buffer; number: number }>(`SELECT t.order_bytes, r.number FROM targets t JOIN releases r ON r.id = t.assigned_release_id WHERE t.order_bytes IS NOT NULL`);
    const [row] = rows;
    const order = row && decodeOrder(row.order_bytes);
    return order?.ok === true && order.value.kind === 'ASSIGNMENT' ? { number: row?.number ?? 0, order: order.value } : undefined;
  }

  async function says({ target, epoch, generation, audience, release: { id, commit } }: AssignmentOrder, kept?: readonly string[]): Promise<void> {
    const report: TargetReport = {
      target, epoch, generation, release: releaseId(id), commit, renderDigest: undefined, sync: 'SYNCED', reason: 'SYNCED', message: '', health: 'HEALTHY', healthMessage: '', objectCount: 1, unhealthy: [], drifted: [],
      healedCount: 0, pendingRemoval: undefined, observedAt: new Date(), ...(kept === undefined ? {} : { kept }),
    };
    await reports.write([{ cluster: clusterId(audience), sessionEpoch: 1n, sequence: (sequence += 1n), report }]);
  }

  /** Waits for the order of a release, and says that it runs and is well. */
  async function runs(release: number): Promise<void> {
    await until(`release ${release} runs`, 30_000, async () => {
      const order = await assignedOrder();
      if (order?.number !== release) return undefined;
      await says(order.order);
      await hub.database.pool.query(`SELECT pg_notify('application_changed', id::text) FROM applications`);
      const { rows: open } = await hub.database.pool.query(`SELECT 1 FROM rollouts WHERE state IN ('PENDING', 'RUNNING')`);
      return open.length === 0 ? true : undefined;
    });
  }

  it('is refused where the hub may not write, and says the way out', async () => {
    expect(await ask(ROLLBACK, { input: { application: 'web', reason: 'a test', mode: 'REVERT' } })).toEqual({
      rollback: { rollouts: [], userErrors: [{ code: 'WRITE_CREDENTIALS_MISSING', field: ['mode'], message: 'The hub may not write to repository fleet.', hint: expect.stringContaining('writeCredentials') }] },
    });
    expect(await ask(ROLLBACK, { input: { application: 'web', reason: 'a test', revert: { as: 'BRANCH' } } })).toMatchObject({ rollback: { userErrors: [{ code: 'INVALID_VALUE', field: ['revert'] }] } });
    expect((await rollouts()).map(({ cause }) => cause)).toEqual(['RELEASE', 'RELEASE']);
  });

  it('writes the commit, finds it as a release of the older content, and leaves it at that', async () => {
    await mutate('updateRepository', 'UpdateRepositoryInput', { name: 'fleet', writeCredentials: WRITER });
    expect(await ask(ROLLBACK, { input: { application: 'web', reason: 'a test', mode: 'REVERT' } })).toMatchObject({ rollback: { userErrors: [], rollouts: [{ cause: 'ROLLBACK', gitWrite: { branch: 'main', newBranch: null } }] } });
    const write = await until('the commit is written', 30_000, async () => {
      const found = (await rollouts()).find(({ cause }) => cause === 'ROLLBACK')?.gitWrite;
      return found?.['state'] === 'DONE' ? found : undefined;
    });
    expect(write).toMatchObject({ kind: 'REVERT', commit: await git.head(), path: 'app', reason: null, advice: null, url: null, attempts: 1, requestedBy: expect.any(String), release: { number: 1 }, application: { name: 'web' } });
    await runs(1);
    const third = await until('the hub sees it', 30_000, async () => (await rollouts()).find(({ release }) => release.number === 3));
    expect(third.release.sourceDigest).toBe((await rollouts()).find(({ release }) => release.number === 1)?.release.sourceDigest);
    await mutate('liftHold', 'LiftHoldInput', { application: 'web', reason: 'a test' });
    await runs(3);
    expect(await ask('{ gitWrites(application: "web") { edges { node { id state } } } }')).toMatchObject({ gitWrites: { edges: [{ node: { id: write['id'], state: 'DONE' } }] } });
    expect(await ask('query ($id: ID!) { gitWrite(id: $id) { state } node(id: $id) { id } }', { id: write['id'] })).toEqual({ gitWrite: { state: 'DONE' }, node: { id: write['id'] } });
    expect(await ask('mutation ($id: ID!) { retryGitWrite(input: { id: $id }) { gitWrite { id } userErrors { code } } }', { id: write['id'] })).toEqual({ retryGitWrite: { gitWrite: null, userErrors: [{ code: 'NOTHING_TO_RETRY' }] } });
  });

  it('carries what is well to the path of another application, and says where that stands', async () => {
    const spec = { source: { repository: 'fleet', ref: 'main', path: 'prod' }, selector: { matchLabels: { env: 'prod' } }, promoteFrom: { application: 'web', soak: '0s' } };
    await mutate('createApplication', 'CreateApplicationInput', { name: 'prod', spec });
    const asked = '{ application(name: "prod") { currentRelease { number } revision { spec { promoteFrom { application soak as keep } } } promotion { from state release message until targets gitWrite { state commit kind branch } } } }';
    const promoted = await until('the release is promoted', 30_000, async () => {
      const { application } = (await ask(asked)) as { readonly application: { readonly currentRelease: unknown; readonly promotion: { readonly gitWrite: { readonly state: string } | null } } };
      return application.promotion.gitWrite?.state === 'DONE' && application.currentRelease !== null ? application : undefined;
    });
    expect(promoted).toMatchObject({
      currentRelease: { number: 1 }, revision: { spec: { promoteFrom: { application: 'web', soak: '0s', as: 'COMMIT', keep: [] } } },
      promotion: { from: 'web', state: 'PROMOTED', release: 3, until: null, targets: [], gitWrite: { kind: 'PROMOTION', branch: 'main', commit: await git.head() } },
    });
    expect(await gitForTests(['--git-dir', git.directory, 'rev-parse', 'main:prod'])).toBe(await gitForTests(['--git-dir', git.directory, 'rev-parse', 'main:app']));
  });

  it('goes back while Git is away where the agent keeps the release, and says of the others what can be done', async () => {
    const { order } = (await assignedOrder()) ?? {};
    const { rows: [first] } = await hub.database.pool.query<{ id: string }>('SELECT r.id FROM releases r JOIN applications a ON a.id = r.application_id WHERE r.number = 1 AND a.name = $1', ['web']);
    if (order === undefined || first === undefined) throw new Error('nothing to go back from');
    const before = (await rollouts()).length;
    await server.stop();
    await until('the hub finds Git away', 30_000, async () => (((await ask('{ repository(name: "fleet") { reason } }'))['repository'] as { readonly reason: string | null }).reason === 'REPOSITORY_UNREACHABLE' ? true : undefined));
    const input = { application: 'web', reason: 'a test' };
    expect(await ask(ROLLBACK_WITHOUT_GIT, { input })).toEqual({
      rollback: {
        rollouts: [], waitingForGit: [],
        userErrors: [{
          code: 'RELEASE_OUT_OF_REACH', field: ['waitForGit'],
          message: expect.stringMatching(/^What the targets would go back to comes from what cannot be read now: fleet \(REPOSITORY_UNREACHABLE, last read at 20.*Z\)\. Not known whether kept by those of web@c1, .* Nothing was changed\.$/),
          hint: 'Wait until it can be read again, or say waitForGit: targets then go back, and are held, as soon as their agents can read it.',
          details: { repositories: [{ name: 'fleet', reason: 'REPOSITORY_UNREACHABLE', lastReadAt: expect.any(String) }], notKept: [], unknown: ['web@c1'], reachable: [], counts: { notKept: 0, unknown: 1, reachable: 0 } },
        }],
      },
    });
    await says(order, [contentId(order)]);
    expect(await ask(ROLLBACK_WITHOUT_GIT, { input })).toMatchObject({ rollback: { userErrors: [{ message: expect.stringContaining('No longer kept by the agents of web@c1.'), details: { notKept: ['web@c1'] } }] } });
    expect(await rollouts()).toHaveLength(before);
    await says(order, [contentId(order), contentId({ ...order, release: { id: releaseId(first.id) } })]);
    expect(await ask(ROLLBACK_WITHOUT_GIT, { input })).toEqual({ rollback: { rollouts: [{ cause: 'ROLLBACK' }], waitingForGit: [], userErrors: [] } });
    await runs(1);
  });

  it('tells the credentials to nobody', async () => {
    const { rows } = await hub.database.pool.query<{ said: string }>(`SELECT (SELECT json_agg(w) FROM git_writes w)::text || (SELECT json_agg(o) FROM outbox o)::text AS said`);
    const said = hub.logged.join('') + (rows[0]?.said ?? '');
    for (const { username, password } of [READER, WRITER]) for (const form of [password, Buffer.from(`${username}:${password}`).toString('base64')]) expect(said).not.toContain(form);
    const sealed = await hub.database.pool.query(`SELECT credentials_encrypted = write_credentials_encrypted AS same FROM repositories`);
    expect(sealed.rows).toEqual([{ same: false }]);
    expect(said).toContain('a commit was written');
  });
});
