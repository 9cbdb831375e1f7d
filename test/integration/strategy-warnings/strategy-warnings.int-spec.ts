import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCapstan, type CliAnswer } from '../../../apps/cli/test/a-cli.js';
import { aHub, type TestHub } from '../../../apps/hub/test/a-hub.js';

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
    stages:
      - { name: asia, selector: { matchLabels: { region: asia } } }
      - { name: europe, selector: { matchLabels: { region: eu } }, failureBudget: 1, before: [{ name: cab, approval: { approvals: 2 } }] }
`;
const WARNINGS = 'warnings { code severity path message until }';

describe('strategies that are allowed and surely not meant', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await aHub();
    await hub.database.pool.query(`INSERT INTO repositories (project_id, id, name, url, poll_ms) SELECT id, '00000000-0000-7000-8000-0000000000f1', 'fleet', 'https://git.invalid/fleet', 86400000 FROM projects WHERE name = 'default'`);
    for (const [name, region] of [['eu-1', 'eu'], ['us-1', 'us']]) await hub.graphql(`mutation { createCluster(input: { name: "${name}", labels: { region: "${region}" } }) { userErrors { code } } }`);
  }, 60_000);
  afterAll(() => hub?.close());

  const capstan = (words: readonly string[], input?: string): Promise<CliAnswer> => runCapstan(hub.url, hub.adminToken, words, input);
  const lines = (text: string): readonly string[] => text.trimEnd().split('\n');

  it('are told by apply, by field, and change nothing about what it does', async () => {
    const { out, err } = await capstan(['apply', '-f', '-'], MANIFEST);
    expect(out).toBe('app/shop created\n');
    expect(lines(err)).toEqual([
      expect.stringMatching(/^warning: \(standard input\):2: app\/shop: strategy\.stages\.0\.selector: Stage asia selects none of the 2 clusters/),
      expect.stringContaining('strategy.stages.1.failureBudget: Stage europe never halts'),
      expect.stringContaining('strategy.stages: 1 cluster of the application is in no stage and gets no release: us-1.'),
      expect.stringContaining('strategy.stages.1.before.0.approval.approvals: Gate cab before stage europe waits for 2 approvals, and only 1 person has the permission rollout:approve'),
    ]);
  });

  it('are told when they are looked at, and by the API beside the data', async () => {
    expect(lines((await capstan(['get', 'app', 'shop'])).err)).toHaveLength(4);
    expect((await capstan(['get', 'apps'])).err).toBe('');
    const { data, errors } = await hub.graphql(`{ application(name: "shop") { ${WARNINGS} } }`);
    expect(errors).toBeUndefined();
    expect(data?.['application']).toMatchObject({ warnings: [
      { code: 'STAGE_MATCHES_NOTHING', severity: 'WARNING', path: ['strategy', 'stages', '0', 'selector'], until: null }, { code: 'BUDGET_IS_ALL' }, { code: 'NO_STAGE' }, { code: 'TOO_FEW_APPROVERS' },
    ] });
  });

  it('counts people by what their tokens may do now', async () => {
    await hub.database.pool.query(`INSERT INTO principals (id, kind, name, roles) VALUES ('00000000-0000-7000-8000-0000000000a1', 'USER', 'ada', '{admin}'), ('00000000-0000-7000-8000-0000000000a2', 'USER', 'bob', '{viewer}')`);
    await hub.database.pool.query(`INSERT INTO api_tokens (id, principal_id, name, prefix, hash, scopes, expires_at) VALUES
      ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-0000000000a1', 'old', 'aaaaaaa1', 'x', '{*}', now() - interval '1 hour'),
      ('00000000-0000-7000-8000-0000000000b2', '00000000-0000-7000-8000-0000000000a1', 'less', 'aaaaaaa2', 'x', '{rollout:read}', NULL),
      ('00000000-0000-7000-8000-0000000000b3', '00000000-0000-7000-8000-0000000000a2', 'all', 'aaaaaaa3', 'x', '{*}', NULL)`);
    const codes = async (): Promise<unknown> => (await hub.graphql('{ application(name: "shop") { warnings { code } } }')).data?.['application'];
    expect(JSON.stringify(await codes())).toContain('TOO_FEW_APPROVERS');
    await hub.database.pool.query(`UPDATE api_tokens SET scopes = '{rollout:approve}' WHERE name = 'less'`);
    expect(JSON.stringify(await codes())).not.toContain('TOO_FEW_APPROVERS');
  });

  it('ask for one person more where authors may not approve, and for an address on the token', async () => {
    const rule = (notByAuthor: boolean): Promise<unknown> => hub.graphql('mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { userErrors { code } } }', { input: { name: 'default', approvals: { notByAuthor } } });
    const said = async (): Promise<string> => JSON.stringify((await hub.graphql('{ application(name: "shop") { warnings { code message } } }')).data);
    await rule(true);
    expect(await said()).toContain('nobody has the permission rollout:approve and an e-mail address on the token');
    await hub.database.pool.query(`UPDATE api_tokens SET emails = '{ada@example.com}'`);
    expect(await said()).toContain('only 2 people may give them: the project lets nobody approve what he wrote');
    await rule(false);
    expect(await said()).not.toContain('TOO_FEW_APPROVERS');
  });

  it('are told of validators and applications that are not there, with the name that was meant', async () => {
    const manifest = `
apiVersion: capstan.dev/v1
kind: Application
metadata: { name: payments }
spec:
  source: { repository: fleet, ref: main, path: a }
  selector: { all: true }
  strategy:
    kind: STAGED
    stages:
      - { name: all, selector: { all: true }, before: [{ name: first, rollout: { application: shpo } }, { name: board, validator: { name: change-bord } }] }
`;
    await hub.database.pool.query(`INSERT INTO validators (project_id, id, name, url, key_encrypted) SELECT id, '00000000-0000-7000-8000-0000000000c1', 'change-board', 'https://board.invalid', '{}' FROM projects WHERE name = 'default'`);
    expect(lines((await capstan(['apply', '-f', '-'], manifest)).err)).toEqual([
      expect.stringMatching(/strategy\.stages\.0\.before\.0\.rollout\.application: Gate first before stage all waits for application shpo, .* Did you mean shop\?/),
      expect.stringMatching(/strategy\.stages\.0\.before\.1\.validator: Gate board before stage all asks validator change-bord, .* Did you mean change-board\?/),
    ]);
    expect((await capstan(['apply', '-f', '-'], manifest.replace('shpo', 'shop').replace('change-bord', 'change-board'))).err).toBe('');
  });

  it('are told of maintenance windows, as the example of the docs and as one that never opens', async () => {
    const docs = readFileSync(join(import.meta.dirname, '../../../docs/rollouts.md'), 'utf8');
    const example = /```yaml\n(apiVersion[^`]*?kind: Project[^`]*?)```/.exec(docs)?.[1] ?? '';
    expect(example).toContain('maintenanceWindows');
    expect(await capstan(['apply', '-f', '-'], example)).toEqual({ out: 'project/default configured\n', err: '' });
    expect((await capstan(['describe', 'project/default'])).out).toContain('name: plants');
    const projects = /```yaml\n([^`]*)```/.exec(readFileSync(join(import.meta.dirname, '../../../docs/projects.md'), 'utf8'))?.[1] ?? '';
    expect(await capstan(['apply', '-f', '-'], projects)).toEqual({ out: 'project/default configured\n', err: '' });
    expect((await capstan(['describe', 'project/default'])).out).toContain('notByAuthor: true');
    const [monday, tuesday] = ['1', '2'].map((day) => ({ name: `day-${day}`, selector: { matchLabels: { region: 'us' } }, windows: [{ kind: 'ALLOW', schedule: `0 8 * * ${day}`, duration: '1h', timeZone: 'UTC' }] }));
    const { data } = await hub.graphql('mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { userErrors { code } } }', { input: { name: 'default', maintenanceWindows: [monday, tuesday] } });
    expect(data?.['updateProject']).toEqual({ userErrors: [] });
    expect((await capstan(['get', 'app', 'shop'])).err).toContain('1 cluster (us-1) gets a release not before');
    const explained = await hub.graphql('{ explain(application: "shop", cluster: "us-1") { steps { kind isOk message } } }');
    expect(JSON.stringify(explained.data)).toContain('Cluster us-1 is outside of the maintenance windows day-1, day-2 of the project');
    await capstan(['apply', '-f', '-'], 'apiVersion: capstan.dev/v1\nkind: Project\nmetadata: { name: default }\nspec: {}\n');
    expect((await hub.graphql('{ project(name: "default") { maintenanceWindows { name } } }')).data).toEqual({ project: { maintenanceWindows: [] } });
  });

  it('are answered by the mutation, and are gone when what they say is', async () => {
    const update = `mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) { ${WARNINGS} userErrors { code } } }`;
    const spec = { source: { repository: 'fleet', ref: 'main', path: 'a' }, selector: { all: true }, strategy: { kind: 'STAGED', stages: [{ name: 'all', selector: { all: true }, maxConcurrency: '90%' }] } };
    expect((await hub.graphql(update, { input: { name: 'shop', spec } })).data?.['updateApplication']).toMatchObject({ userErrors: [], warnings: [{ code: 'CONCURRENCY_IS_ALL' }] });
    const better = { ...spec, strategy: { kind: 'STAGED', stages: [{ name: 'all', selector: { all: true }, maxConcurrency: 1 }] } };
    expect((await hub.graphql(update, { input: { name: 'shop', spec: better } })).data?.['updateApplication']).toEqual({ userErrors: [], warnings: [] });
    expect((await hub.graphql(update, { input: { name: 'nothing', spec } })).data?.['updateApplication']).toMatchObject({ userErrors: [{ code: 'APPLICATION_NOT_FOUND' }], warnings: [] });
  });
});
