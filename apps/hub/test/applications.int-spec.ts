import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '#testing';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { aHub, type TestHub } from './a-hub.js';

jest.setTimeout(120_000);

const CREATE = `mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { clientMutationId userErrors { code field message hint details }
  application { id name state version project { name } revision { number createdBy spec { source { repository ref path renderer watch } parameters selector { all matchLabels } namespace sync { automated prune drift } strategy { kind } } }
    currentRelease { id } activeRollout { id } targetCounts { total pending synced } targets { edges { node { name sync reason advice state cluster { name } application { name } assigned { generation } observed { sync } } } } } } }`;
const UPDATE = `mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) { application { version revision { number } } userErrors { code field details } } }`;
const DELETE = `mutation ($input: DeleteApplicationInput!) { deleteApplication(input: $input) { application { state } userErrors { code field } } }`;
const SYNC = `mutation ($input: SyncApplicationInput!) { syncApplication(input: $input) { application { name } rollout { id } userErrors { code field } } }`;
const CLUSTER = `mutation ($input: CreateClusterInput!) { createCluster(input: $input) { userErrors { code } } }`;
const LABEL = `mutation ($input: LabelClusterInput!) { labelCluster(input: $input) { cluster { labels } userErrors { code field details } } }`;

describe('applications over the API', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await aHub();
    await hub.database.pool.query(`INSERT INTO repositories (project_id, id, name, url, poll_ms) SELECT id, '00000000-0000-7000-8000-0000000000f1', 'fleet', 'https://git.invalid/fleet', 86400000 FROM projects WHERE name = 'default'`);
    for (const name of ['eu-1', 'eu-2']) await hub.graphql(CLUSTER, { input: { name, labels: { env: 'prod' } } });
  }, 60_000);
  afterAll(() => hub?.close());

  const spec = (part: object = {}): object => ({ source: { repository: 'fleet', ref: 'main', path: 'apps/web' }, selector: { matchLabels: { env: 'prod' } }, ...part });
  const create = (name: string, of: object = spec(), more: object = {}): ReturnType<TestHub['graphql']> => hub.graphql(CREATE, { input: { name, spec: of, ...more } });

  it('are created with their defaults and their targets', async () => {
    const answer = await create('web');
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({
      createApplication: {
        userErrors: [],
        application: {
          name: 'web', state: 'ACTIVE', version: 1, project: { name: 'default' }, currentRelease: null, activeRollout: null, targetCounts: { total: 2, pending: 2, synced: 0 },
          revision: { number: 1, createdBy: 'admin', spec: { source: { renderer: 'AUTO', watch: [] }, parameters: {}, namespace: '', sync: { automated: true, prune: true, drift: 'HEAL' }, strategy: { kind: 'STAGED' } } },
          targets: { edges: [{ node: { name: 'default/web@eu-1', sync: 'PENDING', reason: 'WAITING_FOR_ROLLOUT', state: 'ACTIVE', assigned: null, cluster: { name: 'eu-1' }, application: { name: 'web' } } }, { node: { name: 'default/web@eu-2' } }] },
        },
      },
    });
    expect((await hub.graphql('{ applications { edges { node { name } } } cluster(name: "eu-1") { targetCounts { total } targets { edges { node { name history { kind } } } } } target(application: "web", cluster: "eu-1") { isSettled } }')).data).toEqual({
      applications: { edges: [{ node: { name: 'web' } }] }, cluster: { targetCounts: { total: 1 }, targets: { edges: [{ node: { name: 'default/web@eu-1', history: [{ kind: 'CREATED' }] } }] } }, target: { isSettled: false },
    });
  });

  it.each([
    ['a taken name', { name: 'web', spec: spec() }, [{ code: 'DUPLICATE_APPLICATION', field: ['name'] }]],
    ['a bad name', { name: 'Web', spec: spec() }, [{ code: 'INVALID_NAME', field: ['name'] }]],
    ['an unknown project', { name: 'x', project: 'none', spec: spec() }, [{ code: 'PROJECT_NOT_FOUND', field: ['project'] }]],
    ['an unknown repository', { name: 'x', spec: spec({ source: { repository: 'none', ref: 'main', path: 'a' } }) }, [{ code: 'REPOSITORY_NOT_FOUND', field: ['spec', 'source', 'repository'] }]],
    ['a path that steps out', { name: 'x', spec: spec({ source: { repository: 'fleet', ref: 'main', path: '../a' } }) }, [{ code: 'INVALID_PATH', field: ['spec', 'source', 'path'] }]],
    ['a bad ref', { name: 'x', spec: spec({ source: { repository: 'fleet', ref: 'a..b', path: 'a' } }) }, [{ code: 'INVALID_REF', field: ['spec', 'source', 'ref'] }]],
    ['an empty selector', { name: 'x', spec: spec({ selector: {} }) }, [{ code: 'INVALID_SELECTOR', field: ['spec', 'selector'] }]],
    ['facts alone', { name: 'x', spec: spec({ selector: { matchExpressions: [{ key: 'facts.capstan.dev/region', operator: 'Exists' }] } }) }, [{ code: 'INVALID_SELECTOR', field: ['spec', 'selector'] }]],
    ['labels that are no texts', { name: 'x', spec: spec({ selector: { matchLabels: { env: 1 } } }) }, [{ code: 'INVALID_SELECTOR', field: ['spec', 'selector', 'matchLabels'] }]],
    ['parameters that are a list', { name: 'x', spec: spec({ parameters: [1] }) }, [{ code: 'INVALID_PARAMETERS', field: ['spec', 'parameters'] }]],
    ['a template that does not parse', { name: 'x', spec: spec({ parameters: { a: '{{ cluster.nope }}' } }) }, [{ code: 'INVALID_PARAMETERS', field: ['spec', 'parameters'] }]],
    ['a circle of what needs what', { name: 'x', spec: spec({ dependsOn: ['x'] }) }, [{ code: 'DEPENDENCY_CYCLE', field: ['spec', 'dependsOn'] }]],
    ['two mistakes at once', { name: 'x', spec: spec({ namespace: 'A B', selector: {} }) }, [{ code: 'INVALID_SELECTOR', field: ['spec', 'selector'] }, { code: 'INVALID_NAMESPACE', field: ['spec', 'namespace'] }]],
  ])('refuse %s, changing nothing', async (_name, input, userErrors) => {
    const before = await hub.database.pool.query('SELECT (SELECT count(*) FROM applications) AS a, (SELECT count(*) FROM targets) AS t');
    expect((await hub.graphql(CREATE, { input })).data).toMatchObject({ createApplication: { application: null, userErrors } });
    expect((await hub.database.pool.query('SELECT (SELECT count(*) FROM applications) AS a, (SELECT count(*) FROM targets) AS t')).rows).toEqual(before.rows);
  });

  it('are created once for one clientMutationId', async () => {
    const once = await create('once', spec(), { clientMutationId: 'm-1' });
    expect((await create('once', spec(), { clientMutationId: 'm-1' })).data).toEqual(once.data);
    expect((await create('other', spec(), { clientMutationId: 'm-1' })).errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
  });

  it('are updated by version, and not at all by what they say already', async () => {
    await create('versioned');
    expect((await hub.graphql(UPDATE, { input: { name: 'versioned', spec: spec(), version: 1 } })).data).toEqual({ updateApplication: { application: { version: 1, revision: { number: 1 } }, userErrors: [] } });
    expect((await hub.graphql(UPDATE, { input: { name: 'versioned', spec: spec({ namespace: 'web' }), version: 1 } })).data).toMatchObject({ updateApplication: { application: { version: 2, revision: { number: 2 } } } });
    expect((await hub.graphql(UPDATE, { input: { name: 'versioned', spec: spec(), version: 1 } })).data).toMatchObject({ updateApplication: { application: null, userErrors: [{ code: 'STALE_VERSION', field: ['version'] }] } });
    expect((await hub.graphql(UPDATE, { input: { name: 'nobody', spec: spec() } })).data).toMatchObject({ updateApplication: { userErrors: [{ code: 'APPLICATION_NOT_FOUND', field: ['name'] }] } });
  });

  it('guard removals by labels and by selectors, undo what was refused, and take the confirmation', async () => {
    await hub.graphql(CLUSTER, { input: { name: 'lone', labels: { lone: 'yes' } } });
    await create('lonely', spec({ selector: { matchLabels: { lone: 'yes' } } }));
    const refused = await hub.graphql(LABEL, { input: { name: 'lone', set: {}, remove: ['lone'] } });
    expect(refused.data).toMatchObject({ labelCluster: { cluster: null, userErrors: [{ code: 'REMOVAL_NEEDS_CONFIRMATION', field: ['confirmRemovals'], details: { count: 1, targets: ['default/lonely@lone'] } }] } });
    expect((await hub.graphql('{ cluster(name: "lone") { labels targetCounts { total } } }')).data).toEqual({ cluster: { labels: { lone: 'yes' }, targetCounts: { total: 1 } } });

    const elsewhere = spec({ selector: { matchLabels: { lone: 'no' } } });
    const asked = await hub.graphql(UPDATE, { input: { name: 'lonely', spec: elsewhere } });
    const [error] = (asked.data as { updateApplication: { userErrors: { code: string; details: { digest: string } }[] } }).updateApplication.userErrors;
    expect(error).toMatchObject({ code: 'REMOVAL_NEEDS_CONFIRMATION', details: { count: 1 } });
    expect((await hub.graphql(UPDATE, { input: { name: 'lonely', spec: elsewhere, confirmRemovals: `sha256:${'0'.repeat(64)}` } })).data).toMatchObject({ updateApplication: { userErrors: [{ code: 'REMOVAL_NEEDS_CONFIRMATION' }] } });
    expect((await hub.graphql(UPDATE, { input: { name: 'lonely', spec: elsewhere, confirmRemovals: error?.details.digest } })).data).toMatchObject({ updateApplication: { application: { revision: { number: 2 } }, userErrors: [] } });
    expect((await hub.graphql('{ application(name: "lonely") { targetCounts { total } } }')).data).toEqual({ application: { targetCounts: { total: 0 } } });
  });

  it('are filtered and paged as targets', async () => {
    const list = async (variables: object): Promise<string[]> => {
      const query = 'query ($first: Int, $after: String, $application: String, $cluster: String, $clusterSelector: LabelSelector, $where: TargetFilter) { targets(first: $first, after: $after, application: $application, cluster: $cluster, clusterSelector: $clusterSelector, where: $where) { edges { node { name } } } }';
      return ((await hub.graphql(query, variables)).data as { targets: { edges: { node: { name: string } }[] } }).targets.edges.map((edge) => edge.node.name);
    };
    expect(await list({ application: 'web' })).toEqual(['default/web@eu-1', 'default/web@eu-2']);
    expect(await list({ application: 'web', cluster: 'eu-2' })).toEqual(['default/web@eu-2']);
    expect(await list({ application: 'web', clusterSelector: 'env notin (dev)', where: { sync: { eq: 'PENDING' } } })).toHaveLength(2);
    expect(await list({ application: 'web', where: { sync: { in: ['SYNCED', 'FAILED'] } } })).toEqual([]);
    expect(await list({ application: 'web', where: { health: { eq: 'HEALTHY' } } })).toEqual([]);
    expect(await list({ application: 'web', first: 1 })).toEqual(['default/web@eu-1']);
  });

  it('have nothing to sync before there is a release', async () => {
    expect((await hub.graphql(SYNC, { input: { name: 'web' } })).data).toEqual({ syncApplication: { application: null, rollout: null, userErrors: [{ code: 'NOTHING_TO_SYNC', field: ['name'] }] } });
  });

  it('tell subscribers of their targets, and only of those asked for', async () => {
    const client = createClient({ url: `${hub.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${hub.adminToken}` } });
    const heard: unknown[] = [];
    const opened = new Promise<void>((resolve) => client.on('connected', () => resolve()));
    const stop = client.subscribe({ query: 'subscription { targetChanged(application: "told") { name sync } }' }, { next: (event) => void heard.push(event.data), error: () => undefined, complete: () => undefined });
    await opened;
    await until('the subscription hears of the target', 10_000, async () => {
      await create('told');
      await hub.database.pool.query(`SELECT pg_notify('target_changed', t.id::text) FROM targets t JOIN applications a ON a.id = t.application_id WHERE a.name IN ('told', 'web')`);
      return heard.length >= 2 ? true : undefined;
    });
    expect(new Set(heard.map((event) => JSON.stringify(event)))).toEqual(new Set(['eu-1', 'eu-2'].map((cluster) => JSON.stringify({ targetChanged: { name: `default/told@${cluster}`, sync: 'PENDING' } }))));
    stop();
    await client.dispose();
  });

  it('are deleted, by the planner of this very hub, once nothing of them is left', async () => {
    await create('short-lived');
    expect((await hub.graphql(DELETE, { input: { name: 'short-lived', mode: 'DELETE' } })).data).toMatchObject({ deleteApplication: { application: { state: 'DELETING' }, userErrors: [] } });
    await until('the application is gone', 10_000, async () => ((await hub.graphql('{ application(name: "short-lived") { state } }')).data?.['application'] === null ? true : undefined), () => hub.logged.join(''));
    expect((await hub.graphql(DELETE, { input: { name: 'short-lived', mode: 'DELETE' } })).data).toMatchObject({ deleteApplication: { userErrors: [{ code: 'APPLICATION_NOT_FOUND' }] } });
  });

  it('lose a target by confirmFactMismatch only where facts are what keeps it from matching', async () => {
    const confirm = 'mutation ($target: String!) { confirmFactMismatch(input: { target: $target }) { target { name } userErrors { code field } } }';
    expect((await hub.graphql(confirm, { target: 'web@eu-1' })).data).toEqual({ confirmFactMismatch: { target: null, userErrors: [{ code: 'NOTHING_TO_CONFIRM', field: ['target'] }] } });
    expect((await hub.graphql(confirm, { target: 'none@eu-1' })).data).toMatchObject({ confirmFactMismatch: { userErrors: [{ code: 'TARGET_NOT_FOUND' }] } });
  });

  it('are asked about objects only where an agent is connected', async () => {
    const query = '{ describeObject(application: "web", cluster: "eu-1", object: { kind: "Pod", name: "a" }) { health } }';
    expect((await hub.graphql(query)).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', retryable: true } }]);
    await hub.database.pool.query(`UPDATE clusters SET connected_replica = 'other', last_seen_at = now() WHERE name = 'eu-1'`);
    expect((await hub.graphql(query)).errors).toMatchObject([{ extensions: { code: 'AGENT_ON_OTHER_REPLICA', retryable: true } }]);
    await hub.database.pool.query(`UPDATE clusters SET last_seen_at = now() - interval '2 minutes' WHERE name = 'eu-1'`); // that replica died
    expect((await hub.graphql(query)).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', retryable: true } }]);
    expect((await hub.graphql('{ clusters(where: { connection: { eq: CONNECTED } }) { edges { node { name } } } }')).data).toEqual({ clusters: { edges: [] } });
    expect((await hub.graphql('{ cluster(name: "eu-1") { connection } }')).data).toEqual({ cluster: { connection: 'DISCONNECTED' } });
    expect((await hub.graphql(query.replace('"web"', '"none"'))).data).toEqual({ describeObject: null });
  });
});
