import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aHub, type TestHub } from './a-hub.js';

const CREATE = `mutation ($input: CreateClusterInput!) { createCluster(input: $input) { cluster { id name labels state connection version viewerCan facts { region } } clientMutationId userErrors { code field message hint details } } }`;
const LABEL = `mutation ($input: LabelClusterInput!) { labelCluster(input: $input) { cluster { name labels version } userErrors { code field details } } }`;
const REMOVE = `mutation ($input: RemoveClusterInput!) { removeCluster(input: $input) { cluster { id state } userErrors { code field } } }`;
const JOIN = `mutation ($input: CreateJoinTokenInput!) { createJoinToken(input: $input) { joinToken { id expiresAt } token hub { host agentPort enrollPort caPem caHash } userErrors { code field } } }`;
const LIST = `query ($first: Int, $after: String, $labelSelector: LabelSelector, $search: String, $where: ClusterFilter, $orderBy: [ClusterOrder!]) {
  clusters(first: $first, after: $after, labelSelector: $labelSelector, search: $search, where: $where, orderBy: $orderBy) { edges { node { name } } pageInfo { hasNextPage endCursor } } }`;

interface Page {
  readonly clusters: { readonly edges: readonly { readonly node: { readonly name: string } }[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string } };
}

describe('clusters', () => {
  let hub: TestHub;
  beforeAll(async () => void (hub = await aHub()), 60_000);
  afterAll(() => hub?.close());

  const create = (name: string, labels: object = {}): ReturnType<TestHub['graphql']> => hub.graphql(CREATE, { input: { name, labels } });
  const page = async (variables: object): Promise<Page['clusters']> => ((await hub.graphql(LIST, variables)).data as unknown as Page).clusters;
  const names = async (variables: object): Promise<string[]> => (await page(variables)).edges.map((edge) => edge.node.name);

  it('are created, found by name and by id, and audited in the same transaction', async () => {
    const answer = await create('eu-1', { env: 'prod', region: 'eu' });
    expect(answer.data).toMatchObject({
      createCluster: { userErrors: [], cluster: { name: 'eu-1', labels: { env: 'prod', region: 'eu' }, state: 'PENDING', connection: 'NEVER', version: 1, facts: null, viewerCan: ['CLUSTER_READ', 'CLUSTER_WRITE', 'CLUSTER_REMOVE', 'CLUSTER_JOIN'] } },
    });
    const { id } = (answer.data?.['createCluster'] as { cluster: { id: string } }).cluster;
    expect((await hub.graphql('query ($id: ID!) { node(id: $id) { __typename id ... on Cluster { name } } cluster(name: "eu-1") { id } }', { id })).data).toEqual({
      node: { __typename: 'Cluster', id, name: 'eu-1' }, cluster: { id },
    });
    expect((await hub.graphql('query ($id: ID) { auditLog(objectId: $id) { edges { node { action outcome objectKind actorKind requestId afterDigest } } } }', { id })).data).toMatchObject({
      auditLog: { edges: [{ node: { action: 'createCluster', outcome: 'SUCCEEDED', objectKind: 'Cluster', actorKind: 'PRINCIPAL', afterDigest: expect.stringMatching(/^sha256:/) } }] },
    });
  });

  it.each([
    ['a bad name', { name: 'EU_1' }, 'INVALID_NAME', ['name']],
    ['a taken name', { name: 'eu-1' }, 'DUPLICATE_CLUSTER', ['name']],
    ['a label that is no text', { name: 'x', labels: { a: 1 } }, 'INVALID_LABEL', ['labels', 'a']],
    ['a label that poses as a fact', { name: 'x', labels: { 'facts.capstan.dev/region': 'eu' } }, 'INVALID_LABEL', ['labels', 'facts.capstan.dev/region']],
    ['labels that are a list', { name: 'x', labels: ['a'] }, 'INVALID_LABEL', ['labels']],
  ])('refuse %s, changing nothing but the audit log', async (_name, input, code, field) => {
    const before = await hub.database.pool.query('SELECT count(*) FROM clusters');
    const answer = await hub.graphql(CREATE, { input });
    expect(answer.data).toMatchObject({ createCluster: { cluster: null, userErrors: [{ code, field }] } });
    expect((await hub.database.pool.query('SELECT count(*) FROM clusters')).rows).toEqual(before.rows);
    const { rows } = await hub.database.pool.query(`SELECT action, outcome, reason FROM audit_log ORDER BY at DESC LIMIT 1`);
    expect(rows).toEqual([{ action: 'createCluster', outcome: 'REFUSED', reason: code }]);
  });

  it('take and lose labels, by version', async () => {
    await create('label-me', { env: 'dev', tier: 'edge' });
    expect((await hub.graphql(LABEL, { input: { name: 'label-me', set: { env: 'prod' }, remove: ['tier'], version: 1 } })).data).toMatchObject({
      labelCluster: { cluster: { labels: { env: 'prod' }, version: 2 }, userErrors: [] },
    });
    expect((await hub.graphql(LABEL, { input: { name: 'label-me', set: { env: 'x' }, version: 1 } })).data).toMatchObject({
      labelCluster: { cluster: null, userErrors: [{ code: 'STALE_VERSION', details: { version: 2 } }] },
    });
    expect((await hub.graphql(LABEL, { input: { name: 'nobody', set: {} } })).data).toMatchObject({ labelCluster: { userErrors: [{ code: 'CLUSTER_NOT_FOUND' }] } });
  });

  it('are listed by selector, search and filter, page by page in a stable order', async () => {
    for (let n = 0; n < 7; n += 1) await create(`page-${n}`, { page: 'yes', odd: n % 2 === 1 ? 'true' : 'false' });
    expect(await names({ labelSelector: 'page=yes,odd=true' })).toEqual(['page-1', 'page-3', 'page-5']);
    expect(await names({ labelSelector: 'page,odd notin (true)' })).toEqual(['page-0', 'page-2', 'page-4', 'page-6']);
    expect(await names({ labelSelector: 'page=yes,facts.capstan.dev/region=eu' })).toEqual([]);
    expect(await names({ search: 'ge-3' })).toEqual(['page-3']);
    expect(await names({ where: { name: { in: ['page-1', 'page-2', 'none'] }, connection: { eq: 'NEVER' } } })).toEqual(['page-1', 'page-2']);
    for (const orderBy of [undefined, [{ field: 'NAME', direction: 'DESC' }], [{ field: 'CREATED_AT', direction: 'DESC' }], [{ field: 'LAST_SEEN_AT', direction: 'ASC' }]]) {
      const filter = { labelSelector: 'page=yes', orderBy };
      const all = await names({ ...filter, first: 100 });
      const walked: string[] = [];
      let after: string | undefined;
      for (let more = true; more; ) {
        const { edges, pageInfo } = await page({ ...filter, first: 3, after });
        walked.push(...edges.map((edge) => edge.node.name));
        after = pageInfo.endCursor;
        more = pageInfo.hasNextPage;
      }
      expect(walked).toEqual(all);
      expect(new Set(walked).size).toBe(7);
    }
  });

  it('refuse a cursor of another list, a page that is too large and a selector that does not parse', async () => {
    const { pageInfo } = await page({ labelSelector: 'page=yes', first: 1 });
    const bad = [
      { variables: { labelSelector: 'page=no', after: pageInfo.endCursor }, code: 'BAD_CURSOR' }, { variables: { after: 'xxxx' }, code: 'BAD_CURSOR' },
      { variables: { first: 201 }, code: 'BAD_REQUEST' }, { variables: { first: 0 }, code: 'BAD_REQUEST' }, { variables: { labelSelector: 'a=b=c' }, code: 'BAD_REQUEST' },
    ];
    const [filter, id] = JSON.parse(Buffer.from(String(pageInfo.endCursor), 'base64url').toString()) as [string, string];
    for (const key of [[filter, id, 'a\0'], [filter, id, 7], [filter, id], [filter, id, 'a', 'b'], [filter, 'x', 'a'], { filter }]) {
      bad.push({ variables: { labelSelector: 'page=yes', first: 1, after: Buffer.from(JSON.stringify(key)).toString('base64url') }, code: 'BAD_CURSOR' } as never);
    }
    for (const { variables, code } of bad) expect((await hub.graphql(LIST, variables)).errors).toMatchObject([{ extensions: { code } }]);
  });

  it('get a join token that is kept only as a hash', async () => {
    await create('joins');
    const answer = await hub.graphql(JOIN, { input: { cluster: 'joins' } });
    expect(answer.data).toMatchObject({ createJoinToken: { userErrors: [], hub: { host: 'localhost', caHash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), caPem: expect.stringContaining('BEGIN CERTIFICATE') } } });
    const { token } = answer.data?.['createJoinToken'] as { token: string };
    const { rows } = await hub.database.pool.query(`SELECT encode(hash, 'hex') AS hash, expires_at - now() BETWEEN interval '9 minutes' AND interval '10 minutes' AS soon, "replace" FROM join_tokens`);
    expect(rows).toEqual([{ hash: expect.stringMatching(/^[0-9a-f]{64}$/), soon: true, replace: false }]);
    expect(JSON.stringify(rows) + hub.logged.join('')).not.toContain(token);
    expect((await hub.graphql(JOIN, { input: { cluster: 'nobody' } })).data).toMatchObject({ createJoinToken: { token: null, joinToken: null, hub: null, userErrors: [{ code: 'CLUSTER_NOT_FOUND', field: ['cluster'] }] } });
  });

  it('go at once when no agent ever came, and come back under their name with their id', async () => {
    const created = (await create('phoenix', { env: 'prod' })).data?.['createCluster'] as { cluster: { id: string } };
    expect((await hub.graphql(REMOVE, { input: { name: 'phoenix' } })).data).toMatchObject({ removeCluster: { cluster: { id: created.cluster.id, state: 'REMOVED' }, userErrors: [] } });
    expect((await hub.graphql('{ cluster(name: "phoenix") { id } }')).data).toEqual({ cluster: null });
    expect((await hub.graphql(REMOVE, { input: { name: 'phoenix' } })).data).toMatchObject({ removeCluster: { userErrors: [{ code: 'CLUSTER_NOT_FOUND' }] } });
    expect((await create('phoenix', { env: 'dev' })).data).toMatchObject({ createCluster: { cluster: { id: created.cluster.id, state: 'PENDING', labels: { env: 'dev' } } } });
  });

  describe('repeated mutations', () => {
    it('answer what the first one did, and do it once', async () => {
      const input = { name: 'once', labels: { a: 'b' }, clientMutationId: 'once-1' };
      const first = await hub.graphql(CREATE, { input });
      expect(first.data).toMatchObject({ createCluster: { clientMutationId: 'once-1', userErrors: [] } });
      expect(await hub.graphql(CREATE, { input })).toEqual(first);
      const { rows } = await hub.database.pool.query(`SELECT count(*)::int AS n FROM audit_log WHERE action = 'createCluster' AND object_id = (SELECT id::text FROM clusters WHERE name = 'once')`);
      expect(rows).toEqual([{ n: 1 }]);
    });

    it('of eight at the same time one does it and all answer alike', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => hub.graphql(CREATE, { input: { name: 'eight' } }, { headers: { 'idempotency-key': 'eight-1' } })));
      expect(answers[0]?.data).toMatchObject({ createCluster: { cluster: { name: 'eight' }, userErrors: [] } });
      for (const answer of answers) expect(answer).toEqual(answers[0]);
    });

    it('are refused when the key was used for something else, and free after a refusal', async () => {
      const reused = await hub.graphql(CREATE, { input: { name: 'other', clientMutationId: 'once-1' } });
      expect(reused.errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
      const refused = { name: 'Bad_Name', clientMutationId: 'again-1' };
      expect((await hub.graphql(CREATE, { input: refused })).data).toMatchObject({ createCluster: { userErrors: [{ code: 'INVALID_NAME' }] } });
      expect((await hub.graphql(CREATE, { input: { ...refused, name: 'good-name' } })).data).toMatchObject({ createCluster: { userErrors: [] } });
    });

    it('replay a join token without keeping it readable', async () => {
      const input = { cluster: 'joins', clientMutationId: 'join-1' };
      const first = await hub.graphql(JOIN, { input });
      expect(await hub.graphql(JOIN, { input })).toEqual(first);
      const { token } = first.data?.['createJoinToken'] as { token: string };
      const { rows } = await hub.database.pool.query('SELECT * FROM idempotency_keys');
      expect(JSON.stringify(rows)).not.toContain(token);
    });
  });
});
