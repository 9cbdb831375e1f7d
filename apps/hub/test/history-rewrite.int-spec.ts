import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aGitRepository, GitServer, until, type GitRepositoryBuilder } from '#testing';
import { aHub, type TestHub } from './a-hub.js';

jest.setTimeout(120_000);

const REWRITE = 'kind fromFullRef fromCommit toFullRef toCommit approvedAt';
const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

interface Seen {
  readonly repository: { readonly refs: readonly { readonly commit: string; readonly reason: string | null; readonly message: string | null; readonly advice: string | null; readonly rewrite: object | null }[] };
  readonly application: {
    readonly reason: string | null;
    readonly message: string | null;
    readonly historyRewrite: object | null;
    readonly releases: { readonly edges: readonly { readonly node: { readonly commit: string } }[] };
  };
}

describe('a rewritten history, at the API', () => {
  let hub: TestHub;
  let server: GitServer;
  let git: GitRepositoryBuilder;
  beforeAll(async () => {
    server = await GitServer.start();
    git = await aGitRepository(server, 'fleet');
    hub = await aHub({ CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS: 'localhost' });
  });
  afterAll(async () => {
    await hub?.close();
    await server?.dispose();
  });

  const ask = async (document: string, variables: object = {}, token?: string): Promise<Record<string, unknown>> => {
    const { data, errors } = await hub.graphql(document, variables, token === undefined ? {} : { token });
    expect(errors).toBeUndefined();
    return data ?? {};
  };
  const seen = async (): Promise<Seen> =>
    (await ask(`{ repository(name: "fleet") { refs { commit reason message advice rewrite { ${REWRITE} } } } application(name: "web") { reason message historyRewrite { ${REWRITE} } releases(first: 1) { edges { node { commit } } } } }`)) as unknown as Seen;
  const approve = async (input: object): Promise<{ readonly repository: object | null; readonly userErrors: readonly object[] }> =>
    (await ask('mutation A($input: ApproveHistoryRewriteInput!) { approveHistoryRewrite(input: $input) { repository { name } userErrors { code field message hint details } } }', { input: { name: 'fleet', ref: 'main', ...input } }))[
      'approveHistoryRewrite'
    ] as never;

  it('shows both commits on the ref and on the application, and takes the approval of that move alone, once', async () => {
    const first = await git.commit({ 'app/a.yaml': CONFIG_MAP });
    const second = await git.commit({ 'app/a.yaml': `${CONFIG_MAP}data: { a: b }\n` });
    await ask('mutation R($input: CreateRepositoryInput!) { createRepository(input: $input) { userErrors { code } } }', { input: { name: 'fleet', url: git.url, poll: '1s' } });
    await ask('mutation A($input: CreateApplicationInput!) { createApplication(input: $input) { userErrors { code } } }', {
      input: { name: 'web', spec: { source: { repository: 'fleet', ref: 'main', path: 'app' }, selector: { all: true } } },
    });
    // Seen is not yet followed: a commit of which nothing was released may go as it came.
    await until('it is released', 20_000, async () => ((await seen()).application.releases.edges[0]?.node.commit === second ? true : undefined));
    expect(await approve({ commit: second })).toMatchObject({ repository: null, userErrors: [{ code: 'NOTHING_TO_APPROVE', field: ['ref'], message: 'main is in order.' }] });

    await git.forcePush('main', first);
    const { repository, application } = await until('it is held', 20_000, async () => {
      const now = await seen();
      return now.application.reason === 'HISTORY_REWRITTEN' ? now : undefined;
    });
    const rewrite = { kind: 'DIVERGED', fromFullRef: 'refs/heads/main', fromCommit: second, toFullRef: 'refs/heads/main', toCommit: first, approvedAt: null };
    const message = `The branch main was at ${second} and is at ${first} now, which does not descend from it.`;
    expect(repository.refs).toEqual([{ commit: first, reason: 'HISTORY_REWRITTEN', message, advice: expect.stringContaining('approveHistoryRewrite'), rewrite }]);
    expect(application).toMatchObject({ reason: 'HISTORY_REWRITTEN', message, historyRewrite: rewrite, releases: { edges: [{ node: { commit: second } }] } });

    expect(await approve({ commit: second })).toMatchObject({ userErrors: [{ code: 'COMMIT_MISMATCH', field: ['commit'], details: { fromCommit: second, toCommit: first } }] });
    expect(await approve({ commit: first, fromCommit: first })).toMatchObject({ userErrors: [{ code: 'COMMIT_MISMATCH', field: ['fromCommit'] }] });
    expect(await approve({ commit: first, ref: 'next' })).toMatchObject({ userErrors: [{ code: 'REF_NOT_FOUND', field: ['ref'] }] });
    expect(await approve({ commit: first, name: 'nothing' })).toMatchObject({ userErrors: [{ code: 'REPOSITORY_NOT_FOUND' }] });
    expect(await approve({ commit: first, project: 'nowhere' })).toMatchObject({ userErrors: [{ code: 'PROJECT_NOT_FOUND' }] });
    const token = (await ask('mutation T($input: CreateApiTokenInput!) { createApiToken(input: $input) { token userErrors { code } } }', { input: { name: 'reader', scopes: ['repository:read', 'repository:write', 'application:sync'] } }))['createApiToken'] as {
      readonly token: string;
    };
    const denied = await hub.graphql('mutation A($input: ApproveHistoryRewriteInput!) { approveHistoryRewrite(input: $input) { userErrors { code } } }', { input: { name: 'fleet', ref: 'main', commit: first } }, { token: token.token });
    expect(denied.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await seen()).application.reason).toBe('HISTORY_REWRITTEN');

    const clientMutationId = 'once';
    expect(await approve({ commit: first, fromCommit: second, clientMutationId })).toEqual({ repository: { name: 'fleet' }, userErrors: [] });
    expect(await approve({ commit: first, fromCommit: second, clientMutationId })).toEqual({ repository: { name: 'fleet' }, userErrors: [] });
    const after = await until('it is followed again', 20_000, async () => {
      const now = await seen();
      return now.application.reason === null ? now : undefined;
    });
    expect(after).toMatchObject({ repository: { refs: [{ commit: first, reason: null, rewrite: null }] }, application: { historyRewrite: null } });
    const { rows } = await hub.database.pool.query(`SELECT outcome, actor_id IS NOT NULL AS by_somebody FROM audit_log WHERE action = 'approveHistoryRewrite' AND outcome = 'SUCCEEDED'`);
    expect(rows).toEqual([{ outcome: 'SUCCEEDED', by_somebody: true }]);
    expect(await approve({ commit: first })).toMatchObject({ userErrors: [{ code: 'NOTHING_TO_APPROVE' }] });
  });
});
