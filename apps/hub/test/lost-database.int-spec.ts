import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '#testing';
import type { FaultProxy } from '../../../test/faults/proxy/fault-proxy.js';
import { aHub, type TestHub } from './a-hub.js';
import { aWayToPostgres } from './a-way-to-postgres.js';

/** Found by fault schedule 1000 with two replicas: people were told INTERNAL_ERROR, which says that trying again is of no use, and the planner stood still. */
describe('a hub whose database is away', () => {
  let hub: TestHub;
  let proxy: FaultProxy;
  beforeAll(async () => {
    hub = await aHub({ CAPSTAN_STATEMENT_TIMEOUT: '1s', CAPSTAN_LOCK_TIMEOUT: '1s' }, {}, async (direct) => {
      const way = await aWayToPostgres(direct);
      proxy = way.proxy;
      return way.url;
    });
    await hub.database.pool.query(`INSERT INTO repositories (project_id, id, name, url, poll_ms) SELECT id, '00000000-0000-7000-8000-0000000000f1', 'fleet', 'https://git.invalid/fleet', 86400000 FROM projects WHERE name = 'default'`);
  }, 60_000);
  afterAll(async () => {
    proxy.begin({ how: 'cut' }); // PostgreSQL shall not wait for those that are gone
    await hub.close();
    await proxy.stop();
  });

  const create = (name: string) => hub.graphql('mutation ($input: CreateClusterInput!) { createCluster(input: $input) { cluster { name } userErrors { code } } }', { input: { name, labels: {} } });
  const read = () => hub.graphql('{ clusters { edges { node { name } } } }');

  it.each([
    ['refused', { how: 'refuse' }],
    ['half open, requests lost', { how: 'half-open', lost: 'requests' }],
    ['half open, answers lost', { how: 'half-open', lost: 'answers' }],
    ['cut in the middle of answers', { how: 'cut-mid-frame', afterBytes: 700 }],
  ] as const)('says UNAVAILABLE, and works again afterwards: %s', async (_name, fault) => {
    const name = `during-${fault.how}${'lost' in fault ? `-${fault.lost}` : ''}`;
    proxy.begin(fault);
    const answers = await Promise.all([read(), create(name)]);
    proxy.clear();
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, errors: [{ extensions: { code: 'UNAVAILABLE', retryable: true, requestId: expect.stringMatching(/./) } }] });
    expect(JSON.stringify(answers)).not.toMatch(/127\.0\.0\.1|ECONN|terminated/);
    await until('the hub is back', 20_000, async () => ((await read()).errors === undefined ? true : undefined), () => hub.logged.slice(-20).join(''));
    expect((await create(`after-${name}`)).data).toMatchObject({ createCluster: { userErrors: [] } });
  }, 60_000);

  it('goes on planning, although its transactions were lost', async () => {
    const input = { name: 'short-lived', spec: { source: { repository: 'fleet', ref: 'main', path: 'a' }, selector: { matchLabels: { env: 'prod' } } } };
    expect((await hub.graphql('mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { userErrors { code } } }', { input })).data).toMatchObject({ createApplication: { userErrors: [] } });
    proxy.begin({ how: 'blackhole' });
    await hub.database.pool.query(`SELECT pg_notify('application_changed', id::text) FROM applications`);
    await until('the planner noticed', 30_000, () => (hub.logged.some((line) => /planning failed for now|could not be planned for now/.test(line)) ? true : undefined), () => hub.logged.slice(-20).join(''));
    proxy.clear();
    await until('the application was deleted', 30_000, async () => ((await hub.graphql('mutation { deleteApplication(input: { name: "short-lived", mode: DELETE }) { userErrors { code } } }')).errors === undefined ? true : undefined), () => hub.logged.slice(-20).join(''));
    await until('the planner settled it', 30_000, async () => ((await hub.graphql('{ application(name: "short-lived") { state } }')).data?.['application'] === null ? true : undefined), () => hub.logged.slice(-20).join(''));
  }, 120_000);
});
