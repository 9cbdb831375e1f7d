import { aGitRepository, GitServer, until, type GitRepositoryBuilder } from '#testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runCapstan } from '../../../apps/cli/test/a-cli.js';
import { aHub, type TestHub } from '../../../apps/hub/test/a-hub.js';

jest.setTimeout(120_000);

const person = (name: string): { readonly name: string; readonly email: string } => ({ name, email: `${name}@example.com` });
const content = (n: number): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { n: "${n}" }\n`;
interface Newest {
  readonly id: string;
  readonly state: string;
  readonly release: { readonly number: number };
  readonly warnings: readonly { readonly code: string }[];
  readonly stages: readonly { readonly gates: readonly { readonly state: string; readonly approvals: readonly { readonly by: string }[] }[] }[];
}

describe('an approval by an author, over the API, with real commits', () => {
  let hub: TestHub;
  let server: GitServer;
  let git: GitRepositoryBuilder;
  beforeAll(async () => {
    server = await GitServer.start();
    git = await aGitRepository(server, 'fleet');
    hub = await aHub({ CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS: 'localhost' });
    await git.commit({ 'app/a.yaml': content(1), 'other/b.yaml': content(1) }, 'first', { author: person('ada') });
    await ask('mutation { createRepository(input: { name: "fleet", url: "' + git.url + '", poll: "1s" }) { userErrors { code } } }');
    await ask('mutation { createCluster(input: { name: "eu-1" }) { userErrors { code } } }');
    await ask('mutation { updateProject(input: { name: "default", approvals: { notByAuthor: true } }) { project { approvals { notByAuthor } } userErrors { code } } }');
    const strategy = { kind: 'STAGED', stages: [{ name: 'asia', selector: { matchLabels: { region: 'asia' } } }, { name: 'rest', selector: { all: true }, before: [{ name: 'qa', approval: {} }] }] };
    await ask('mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { userErrors { code } } }', { input: { name: 'shop', spec: { source: { repository: 'fleet', ref: 'main', path: 'app' }, selector: { all: true }, strategy } } });
  }, 60_000);
  afterAll(async () => {
    await hub?.close();
    await server?.dispose();
  });

  async function ask(document: string, variables: object = {}, token?: string): Promise<Record<string, unknown>> {
    const { data, errors } = await hub.graphql(document, variables, token === undefined ? {} : { token });
    expect(errors).toBeUndefined();
    return data ?? {};
  }
  const tokenOf = async (...words: readonly string[]): Promise<string> => (await runCapstan(hub.url, hub.adminToken, ['token', 'create', ...words])).out.trim();
  const rolloutOf = (release: number): Promise<Newest> => until(`the rollout of release ${release}`, 30_000, async () => {
    const { application } = await ask('{ application(name: "shop") { activeRollout { id state release { number } warnings { code } stages { gates { state approvals { by } } } } } }');
    const rollout = (application as { readonly activeRollout: Newest | null }).activeRollout;
    return rollout?.release.number === release ? rollout : undefined;
  });
  const say = async (mutation: 'approveGate' | 'promoteStage', rollout: string, token: string): Promise<unknown> => {
    const input = mutation === 'approveGate' ? { rollout, stage: 'rest', gate: 'qa' } : { rollout, reason: 'now' };
    const type = mutation === 'approveGate' ? 'ApproveGateInput' : 'PromoteStageInput';
    return (await ask(`mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code message hint } } }`, { input }, token))[mutation];
  };

  it('is refused by author, committer and co-author, and taken from somebody else', async () => {
    const [ada, bob, cy, eve] = [await tokenOf('ada', '--email', 'Ada@Example.com'), await tokenOf('bob', '--email', 'bob@example.com'), await tokenOf('cy', '--email', 'cy@example.com'), await tokenOf('eve', '--email', 'eve@work.example', '--email', 'eve@example.com')];
    const first = await rolloutOf(1);
    expect(first.warnings.map(({ code }) => code)).toEqual(['STAGE_MATCHES_NOTHING', 'TOO_FEW_APPROVERS']); // all tokens are of one person, who may be the author
    expect(await say('approveGate', first.id, hub.adminToken)).toMatchObject({ userErrors: [{ code: 'APPROVER_EMAIL_UNKNOWN', hint: expect.stringContaining('capstan token create') }] });
    expect(await say('approveGate', first.id, ada)).toMatchObject({ userErrors: [{ code: 'APPROVER_IS_AUTHOR', message: expect.stringContaining('ada@example.com is named by commit') }] });
    expect(await say('approveGate', first.id, bob)).toEqual({ userErrors: [] });
    expect((await rolloutOf(1)).stages[1]?.gates[0]?.approvals).toEqual([{ by: 'admin <bob@example.com>' }]);

    await git.commit({ 'other/b.yaml': content(2) }, 'elsewhere', { author: person('bob') });
    await git.commit({ 'app/a.yaml': content(2) }, 'second\n\nCo-authored-by: Eve <EVE@example.com>', { author: person('ada'), committer: person('cy') });
    const second = await rolloutOf(2);
    for (const token of [ada, cy, eve]) {
      expect(await say('approveGate', second.id, token)).toMatchObject({ userErrors: [{ code: 'APPROVER_IS_AUTHOR' }] });
    }
    const command = "capstan rollout approve shop rest/qa -n 2 --comment '...'";
    expect((await runCapstan(hub.url, hub.adminToken, ['rollout', 'show', 'shop'])).out).toContain(`waits: Gate qa before stage rest waits for 1 more approval.\n       ${command}\n`);
    const explained: unknown = JSON.parse((await runCapstan(hub.url, hub.adminToken, ['explain', 'shop@eu-1', '-o', 'json'])).out);
    expect(explained).toMatchObject({ steps: expect.arrayContaining([expect.objectContaining({ kind: 'HURDLE', isOk: false, rollout: 2, hurdle: { kind: 'APPROVAL', stage: 'rest', gate: 'qa' } })]) });
    await expect(runCapstan(hub.url, bob, ['rollout', 'approve', 'shop', 'qa'])).rejects.toMatchObject({ message: 'not a gate: qa', next: 'Write STAGE/GATE; these wait for people: rest/qa.' });
    expect(await say('approveGate', second.id, bob)).toEqual({ userErrors: [] });
    expect((await runCapstan(hub.url, bob, ['rollout', 'approve', 'shop', 'rest/qa', '-n', '2'])).out).toContain('rollout 2 of app/shop: nothing to do: you have approved this gate already; it is RUNNING\n');
  });

  it('tells who mistypes a name which one was meant', async () => {
    const asked = (...words: readonly string[]): Promise<unknown> => runCapstan(hub.url, hub.adminToken, words);
    await expect(asked('rollout', 'approve', 'shop', 'rst/qa')).rejects.toMatchObject({ message: 'The rollout has no stage rst.', next: 'Did you mean rest/qa? Those that wait for people: rest/qa.' });
    await expect(asked('explain', 'shop@eu-2')).rejects.toMatchObject({ next: expect.stringContaining('There is no cluster eu-2; did you mean eu-1?') });
    await expect(asked('history', 'shpo', '--at', '1m')).rejects.toMatchObject({ next: expect.stringContaining('Did you mean shop?') });
    await expect(asked('rollback', 'shpo', '--reason', 'x')).rejects.toMatchObject({ next: expect.stringContaining('Did you mean shop?') });
    await expect(asked('sync', 'shop', '--cluster', 'eu-2')).rejects.toMatchObject({ next: 'Did you mean eu-1? Why not says: capstan explain shop@eu-2' });
    await expect(asked('rollout', 'list', 'shpo')).rejects.toMatchObject({ next: expect.stringContaining('Did you mean shop?') });
  });

  it('goes by addresses that nobody can give himself', async () => {
    const input = { name: 'mallory', emails: ['somebody@example.com'] };
    const create = async (rest: object, token?: string): Promise<unknown> =>
      (await ask('mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { token apiToken { emails } userErrors { code field message } } }', { input: { ...input, ...rest } }, token))['createApiToken'];
    const own = await tokenOf('dan', '--email', 'dan@example.com');
    expect(await ask('{ viewer { emails } }', {}, own)).toEqual({ viewer: { emails: ['dan@example.com'] } });
    expect(await create({}, own)).toMatchObject({ token: null, userErrors: [{ code: 'INVALID_EMAIL', field: ['emails'] }] });
    expect(await create({ emails: [] }, own)).toMatchObject({ userErrors: [{ code: 'INVALID_EMAIL' }] });
    expect(await create({ name: 'dan-2', emails: null }, own)).toMatchObject({ apiToken: { emails: ['dan@example.com'] }, userErrors: [] });
    for (const emails of [['nobody'], ['a b@example.com'], ['<a@example.com>'], Array.from({ length: 9 }, (_, n) => `n${n}@example.com`)]) expect(await create({ emails })).toMatchObject({ userErrors: [{ code: 'INVALID_EMAIL' }] });
    expect((await runCapstan(hub.url, hub.adminToken, ['token', 'list'])).out).toContain('dan@example.com');
    expect((await runCapstan(hub.url, hub.adminToken, ['token', 'revoke', 'dan-2'])).out).toBe('token/dan-2 revoked\n');
    expect((await hub.graphql('{ viewer { emails } }', {}, { token: own })).errors).toBeUndefined();
  });
});
