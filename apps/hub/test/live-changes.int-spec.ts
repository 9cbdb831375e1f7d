import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '#testing';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { aHub, type TestHub } from './a-hub.js';

let hub: TestHub;
let client: Client;

beforeAll(async () => {
  hub = await aHub();
  client = clientWith(hub.adminToken);
});
afterAll(async () => {
  await client.dispose();
  await hub.close();
});

function clientWith(token: string): Client {
  return createClient({ url: `${hub.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: false, retryAttempts: 0, onNonLazyError: () => undefined, connectionParams: { authorization: `Bearer ${token}` } });
}

/** What a subscription hears. It is open once it hears of a change that is made again until then. */
function hear(of: Client, query: string, variables: Record<string, unknown> = {}): { readonly heard: Record<string, unknown>[]; readonly errors: unknown[] } {
  const heard: Record<string, unknown>[] = [];
  const errors: unknown[] = [];
  of.subscribe<Record<string, Record<string, unknown>>>(
    { query, variables },
    { next: ({ data, errors: wrong }) => (data === null || data === undefined ? void errors.push(wrong) : void heard.push(...Object.values(data))), error: (error) => void errors.push(error), complete: () => undefined },
  );
  return { heard, errors };
}

const label = (name: string, set: object): Promise<unknown> => hub.graphql('mutation ($input: LabelClusterInput!) { labelCluster(input: $input) { userErrors { code } } }', { input: { name, set } });
const create = async (name: string, labels: object): Promise<string> => {
  const answer = await hub.graphql('mutation ($input: CreateClusterInput!) { createCluster(input: $input) { cluster { id } } }', { input: { name, labels } });
  return (answer.data as { readonly createCluster: { readonly cluster: { readonly id: string } } }).createCluster.cluster.id;
};

describe('clusterChanged', () => {
  it('tells of clusters with the labels, once more of one that leaves, and of no other', async () => {
    await create('in', { env: 'prod' });
    await create('out', { env: 'test' });
    await create('marker', { env: 'prod' });
    const { heard } = hear(client, 'subscription { clusterChanged(labelSelector: "env=prod") { name labels version } }');
    let round = 0;
    await until('the subscription is open', 10_000, async () => {
      round += 1;
      await label('out', { round: String(round) });
      await label('in', { round: String(round) });
      return heard.length > 0 ? true : undefined;
    });
    await label('marker', { at: 'end' });
    await until('everything before has been told', 10_000, () => (heard.at(-1)?.['name'] === 'marker' ? true : undefined));
    await label('in', { env: 'test' });
    await until('the one that leaves is told of', 10_000, () => Promise.resolve(labelsOf(heard.at(-1))['env'] === 'test' ? true : undefined));
    const told = heard.length;
    await label('in', { round: 'last' });
    await label('out', { env: 'prod' });
    await until('the one that comes is told of', 10_000, () => Promise.resolve(heard.length > told ? true : undefined));
    expect(heard.slice(told)).toEqual([{ name: 'out', labels: { env: 'prod', round: String(round) }, version: expect.any(Number) }]);
    expect(new Set(heard.slice(0, told).map((event) => event['name']))).toEqual(new Set(['in', 'marker']));
  });

  it('tells of given ids alone, and refuses what is none', async () => {
    const [id] = [await create('one', {}), await create('other', {})];
    const one = hear(client, 'subscription ($ids: [ID!]) { clusterChanged(ids: $ids) { name } }', { ids: [id] });
    await until('the subscription is open', 10_000, async () => {
      await label('other', { at: 'x' });
      await label('one', { at: String(one.heard.length) });
      await label('one', { at: 'y' });
      return one.heard.length > 0 ? true : undefined;
    });
    expect(new Set(one.heard.map((event) => event['name']))).toEqual(new Set(['one']));
    const bad = hear(client, 'subscription { clusterChanged(ids: ["nonsense"]) { name } }');
    await until('the refusal comes', 10_000, () => Promise.resolve(bad.errors.length > 0 ? true : undefined));
    expect(JSON.stringify(bad.errors)).toContain('BAD_REQUEST');
  });

  it('is refused without the permission', async () => {
    const made = await hub.graphql('mutation { createApiToken(input: { name: "narrow", scopes: ["application:read"] }) { token } }');
    const narrow = clientWith((made.data as { readonly createApiToken: { readonly token: string } }).createApiToken.token);
    const refused = hear(narrow, 'subscription { clusterChanged { name } }');
    await until('the refusal comes', 10_000, () => Promise.resolve(refused.errors.length > 0 ? true : undefined));
    expect(JSON.stringify(refused.errors)).toContain('cluster:read');
    await narrow.dispose();
  });
});

describe('rolloutChanged', () => {
  const refusalOf = async (of: Client, query: string): Promise<string> => {
    const { errors } = hear(of, query);
    await until('the refusal comes', 10_000, () => Promise.resolve(errors.length > 0 ? true : undefined));
    return JSON.stringify(errors);
  };

  it('is refused without the permission, and of what is not there', async () => {
    const made = await hub.graphql('mutation { createApiToken(input: { name: "narrower", scopes: ["application:read"] }) { token } }');
    const narrow = clientWith((made.data as { readonly createApiToken: { readonly token: string } }).createApiToken.token);
    expect(await refusalOf(narrow, 'subscription { rolloutChanged(application: "web") { number } }')).toContain('rollout:read');
    await narrow.dispose();
    expect(await refusalOf(client, 'subscription { rolloutChanged(application: "nothing") { number } }')).toContain('no name of an application');
    expect(await refusalOf(client, 'subscription { rolloutChanged(rollout: "nothing") { number } }')).toContain('no id of a rollout');
    expect(await refusalOf(client, 'subscription { rolloutChanged { number } }')).toContain('Name the rollout or the application');
  });
});

describe('applicationChanged', () => {
  it('tells of revisions, and of the end', async () => {
    const spec = (path: string): object => ({ source: { repository: 'fleet', ref: 'main', path }, selector: { matchLabels: { env: 'nowhere' } }, namespace: 'web' });
    await hub.graphql('mutation ($input: CreateRepositoryInput!) { createRepository(input: $input) { userErrors { code message } } }', { input: { name: 'fleet', url: 'https://git.example.com/fleet.git' } });
    const made = await hub.graphql('mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } userErrors { code message } } }', { input: { name: 'web', spec: spec('a') } });
    expect(made.data).toMatchObject({ createApplication: { userErrors: [] } });
    const { heard } = hear(client, 'subscription { applicationChanged(project: "default", name: "web") { name state revision { spec { source { path } } } } }');
    let round = 0;
    await until('the subscription is open', 10_000, async () => {
      round += 1;
      await hub.graphql('mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) { userErrors { code message } } }', { input: { name: 'web', spec: spec(`b${round}`) } });
      return heard.length > 0 ? true : undefined;
    });
    expect(heard[0]).toMatchObject({ name: 'web', state: 'ACTIVE', revision: { spec: { source: { path: expect.stringMatching(/^b/) } } } });
    await hub.graphql('mutation { deleteApplication(input: { name: "web", mode: ORPHAN }) { userErrors { code } } }');
    await until('the end is told', 20_000, () => Promise.resolve(heard.at(-1)?.['state'] === 'DELETED' ? true : undefined), () => JSON.stringify(heard));
  });
});

function labelsOf(event: Record<string, unknown> | undefined): Record<string, unknown> {
  return (event?.['labels'] ?? {}) as Record<string, unknown>;
}
