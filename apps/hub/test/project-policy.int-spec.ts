import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aHub, type TestHub } from './a-hub.js';

jest.setTimeout(120_000);

const RULE = { group: 'example.com', kind: 'Widget', healthy: 'object.status.phase == "Ready"', degraded: 'object.status.phase == "Failed"' };
const IGNORE = { kind: 'Deployment', jsonPointers: ['/spec/replicas'], when: 'has(object.metadata.labels)' };
const FIELDS = 'name version health { group kind healthy degraded message } ignore { kind jsonPointers when }';

interface Payload {
  readonly project: { readonly version: number } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[]; readonly message: string; readonly hint: string | null }[];
}

describe('updateProject', () => {
  let hub: TestHub;
  beforeAll(async () => void (hub = await aHub()));
  afterAll(() => hub?.close());

  const MUTATION = `mutation U($input: UpdateProjectInput!) { updateProject(input: $input) { project { ${FIELDS} } userErrors { code field message hint } } }`;
  const update = async (input: object): Promise<Payload> => {
    const answer = await hub.graphql(MUTATION, { input: { name: 'default', ...input } });
    expect(answer.errors).toBeUndefined();
    return answer.data?.['updateProject'] as Payload;
  };
  const read = async (): Promise<unknown> => (await hub.graphql(`{ project(name: "default") { ${FIELDS} } }`)).data?.['project'];

  it('stores rules, keeps what is absent, and takes away by an empty list', async () => {
    expect(await read()).toEqual({ name: 'default', version: 1, health: [], ignore: [] });
    expect(await update({ health: [RULE], ignore: [IGNORE] })).toMatchObject({ userErrors: [], project: { version: 2, health: [{ ...RULE, message: null }], ignore: [IGNORE] } });
    expect(await update({ ignore: [] })).toMatchObject({ project: { version: 3, health: [{ kind: 'Widget' }], ignore: [] } });
    expect(await update({ ignore: [] })).toMatchObject({ project: { version: 3 } });
    expect(await read()).toMatchObject({ version: 3, health: [{ kind: 'Widget' }] });
  });

  it.each<[string, object, object]>([
    ['an expression that does not compile, with rule, place and cause', { health: [RULE, { ...RULE, kind: 'Gadget', degraded: 'object.status.phase =\n "x"' }] }, { code: 'INVALID_EXPRESSION', field: ['health', '1', 'degraded'], message: 'Line 1, column 21: Unexpected character: =.', hint: expect.stringContaining('CEL over `object`') }],
    ['an expression over what is not there', { health: [{ ...RULE, healthy: 'status.ok' }] }, { code: 'INVALID_EXPRESSION', field: ['health', '0', 'healthy'], message: 'Line 1, column 1: Unknown variable: status.' }],
    ['a condition of an ignore rule that is no truth value', { ignore: [{ ...IGNORE, when: '"yes"' }] }, { code: 'INVALID_EXPRESSION', field: ['ignore', '0', 'when'] }],
    ['a rule that ignores everything', { ignore: [{}] }, { code: 'INVALID_VALUE', field: ['ignore', '0'] }],
    ['a version of the past', { version: 1, health: [] }, { code: 'STALE_VERSION', field: ['version'] }],
    ['a project that does not exist', { name: 'nowhere' }, { code: 'PROJECT_NOT_FOUND', field: ['name'] }],
  ])('refuses %s', async (_name, input, error) => {
    expect(await update(input)).toMatchObject({ project: null, userErrors: [error] });
    expect(await read()).toMatchObject({ version: 3 });
  });

  it('refuses an application whose rule does not compile in the same words', async () => {
    const spec = { source: { repository: 'fleet', ref: 'main', path: 'app' }, selector: { all: true }, health: [{ kind: 'Widget', healthy: 'object.' }] };
    const answer = await hub.graphql('mutation C($input: CreateApplicationInput!) { createApplication(input: $input) { userErrors { code field message } } }', { input: { name: 'web', spec } });
    expect(answer.data?.['createApplication']).toMatchObject({ userErrors: [{ code: 'INVALID_EXPRESSION', field: ['spec', 'health', '0', 'healthy'], message: expect.stringMatching(/^Line 1, column \d+: /) }] });
  });

  it('createProject makes one that may have repositories and applications, once', async () => {
    const create = async (input: object): Promise<unknown> => (await hub.graphql(`mutation C($input: CreateProjectInput!) { createProject(input: $input) { project { ${FIELDS} } userErrors { code field message } } }`, { input })).data?.['createProject'];
    expect(await create({ name: 'shop', health: [RULE] })).toMatchObject({ userErrors: [], project: { name: 'shop', version: 1, health: [{ kind: 'Widget' }], ignore: [] } });
    expect(await create({ name: 'shop' })).toMatchObject({ project: null, userErrors: [{ code: 'DUPLICATE_PROJECT', field: ['name'] }] });
    expect(await create({ name: 'Shop' })).toMatchObject({ userErrors: [{ code: 'INVALID_NAME', field: ['name'] }] });
    expect(await create({ name: 'other', health: [{ ...RULE, healthy: 'object.' }] })).toMatchObject({ userErrors: [{ code: 'INVALID_EXPRESSION', field: ['health', '0', 'healthy'] }] });
    const added = await hub.graphql('mutation R($input: CreateRepositoryInput!) { createRepository(input: $input) { repository { project { name } } userErrors { code } } }', { input: { project: 'shop', name: 'fleet', url: 'https://git.example.com/fleet.git' } });
    expect(added.data?.['createRepository']).toEqual({ repository: { project: { name: 'shop' } }, userErrors: [] });
    expect((await hub.database.pool.query(`SELECT count(*)::int AS count FROM audit_log WHERE action = 'createProject' AND outcome = 'SUCCEEDED'`)).rows).toEqual([{ count: 1 }]);
  });

  it('needs project:write, is audited, and does nothing for a request that is repeated', async () => {
    const made = await hub.graphql('mutation T($input: CreateApiTokenInput!) { createApiToken(input: $input) { token } }', { input: { name: 'reader', scopes: ['project:read', 'application:write'] } });
    const { token } = made.data?.['createApiToken'] as { readonly token: string };
    expect((await hub.graphql(MUTATION, { input: { name: 'default', health: [] } }, { token })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await update({ health: [], clientMutationId: 'once' })).toMatchObject({ project: { version: 4 } });
    await update({ health: [RULE] });
    expect(await update({ health: [], clientMutationId: 'once' })).toMatchObject({ userErrors: [] });
    expect(await read()).toMatchObject({ version: 5, health: [{ kind: 'Widget' }] });
    const { rows } = await hub.database.pool.query(`SELECT outcome, count(*)::int AS count FROM audit_log WHERE action = 'updateProject' AND outcome = 'SUCCEEDED' GROUP BY outcome`);
    expect(rows).toEqual([{ outcome: 'SUCCEEDED', count: 4 }]);
  });

  it('keeps maintenance windows apart from the other rules', async () => {
    await hub.graphql('mutation { createProject(input: { name: "plants" }) { userErrors { code } } }');
    const version = 1;
    const windows = [{ kind: 'ALLOW', schedule: '0 22 * * *', duration: '6h', timeZone: 'Europe/Berlin' }];
    const answer = async (input: object): Promise<unknown> => (await hub.graphql(
      `mutation U($input: UpdateProjectInput!) { updateProject(input: $input) { project { version health { kind } maintenanceWindows { name selector { all matchLabels } windows { kind schedule duration timeZone from } } } userErrors { code field } } }`,
      { input: { name: 'plants', ...input } },
    )).data?.['updateProject'];
    const nights = { name: 'nights', selector: { matchLabels: { env: 'prod' } }, windows };
    expect(await answer({ maintenanceWindows: [nights] })).toEqual({
      project: { version: version + 1, health: [], maintenanceWindows: [{ name: 'nights', selector: { all: false, matchLabels: { env: 'prod' } }, windows: [{ ...windows[0], from: null }] }] }, userErrors: [],
    });
    expect(await answer({ maintenanceWindows: [{ ...nights, selector: { matchLabels: { env: 1 } } }] })).toEqual({ project: null, userErrors: [{ code: 'INVALID_SELECTOR', field: ['maintenanceWindows', '0', 'selector', 'matchLabels'] }] });
    expect(await answer({ maintenanceWindows: [{ ...nights, windows: [{ ...windows[0], timeZone: 'Mars/Base' }] }] })).toMatchObject({ userErrors: [{ field: ['maintenanceWindows', '0', 'windows', '0', 'timeZone'] }] });
    expect(await answer({ ignore: [] })).toMatchObject({ project: { version: version + 1, maintenanceWindows: [{ name: 'nights' }] } });
    await hub.database.pool.query(`UPDATE projects SET policy = policy - 'maintenanceWindows' WHERE name = 'plants'`); // as an earlier version left it
    expect((await hub.graphql('{ project(name: "plants") { maintenanceWindows { name } } }')).data).toEqual({ project: { maintenanceWindows: [] } });
  });
});
