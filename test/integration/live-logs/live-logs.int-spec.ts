import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { err, ok, type Digest } from '#kernel';
import { until } from '#testing';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { aHub, type TestHub } from '../../../apps/hub/test/a-hub.js';
import { AgentUnderTest, DurableState } from '../agent-session/agent-under-test.js';

jest.setTimeout(120_000);

const POD = 'application: "web", cluster: "prod", namespace: "shop", pod: "web-1"';
let hub: TestHub;
let agent: AgentUnderTest;
const clients: Client[] = [];

beforeAll(async () => {
  hub = await aHub();
  await hub.database.pool.query(`INSERT INTO repositories (project_id, id, name, url, poll_ms) SELECT id, '00000000-0000-7000-8000-0000000000f1', 'fleet', 'https://git.invalid/fleet', 86400000 FROM projects WHERE name = 'default'`);
  await hub.graphql('mutation { createCluster(input: { name: "prod", labels: { env: "prod" } }) { userErrors { code } } }');
  const spec = { source: { repository: 'fleet', ref: 'main', path: 'a' }, selector: { matchLabels: { env: 'prod' } } };
  await hub.graphql('mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { userErrors { code } } }', { input: { name: 'web', spec } });
  const minted = await hub.graphql('mutation { createJoinToken(input: { cluster: "prod" }) { token hub { caHash } } }');
  const { token, hub: place } = (minted.data as { readonly createJoinToken: { readonly token: string; readonly hub: { readonly caHash: Digest } } }).createJoinToken;
  agent = new AgentUnderTest(new DurableState(), { agentPort: hub.ports.agent, enrollPort: hub.ports.enroll, ca: { hash: place.caHash }, joinToken: token });
  await until('the agent is connected', 20_000, () => (agent.connections > 0 ? true : undefined), () => agent.messages.join('\n'));
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await agent.stop();
  await hub.close();
});

/** A log that the test writes. */
function aLog() {
  const lines: string[] = [];
  let wake: () => void = () => undefined;
  const log = {
    isOpen: false,
    isLeft: false,
    say(line: string) {
      lines.push(line);
      wake();
    },
    read: async function* (signal: AbortSignal) {
      log.isOpen = true;
      const onAbort = (): void => wake();
      signal.addEventListener('abort', onAbort);
      try {
        while (!signal.aborted) {
          const line = lines.shift();
          if (line === 'END') return;
          if (line !== undefined) yield ok(line);
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        log.isLeft = true;
      }
    },
  };
  agent.logs = (_question, signal) => ok(log.read(signal));
  return log;
}

interface Part {
  readonly text: string;
  readonly end: string | null;
  readonly message: string | null;
}

function follow(token = hub.adminToken): { readonly parts: Part[]; readonly errors: unknown[]; readonly client: Client; leave(): void; isComplete(): boolean } {
  const client = createClient({ url: `${hub.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { authorization: `Bearer ${token}` } });
  clients.push(client);
  const parts: Part[] = [];
  const errors: unknown[] = [];
  let isComplete = false;
  const leave = client.subscribe<{ readonly podLogs: Part }>(
    { query: `subscription { podLogs(${POD}) { text end message } }` },
    { next: ({ data, errors: wrong }) => (data === null || data === undefined ? void errors.push(wrong) : void parts.push(data.podLogs)), error: (error) => void errors.push(error), complete: () => (isComplete = true) },
  );
  return { parts, errors, client, leave, isComplete: () => isComplete };
}

const eventually = (what: string, isSo: () => boolean): Promise<true> => until(what, 20_000, () => Promise.resolve(isSo() ? true : undefined));
const textOf = (parts: readonly Part[]): string => parts.map(({ text }) => text).join('');
let tokens = 0;
async function tokenWith(scopes: readonly string[]): Promise<{ readonly id: string; readonly token: string }> {
  const made = await hub.graphql('mutation ($name: String!, $scopes: [String!]!) { createApiToken(input: { name: $name, scopes: $scopes }) { token apiToken { id } userErrors { code } } }', { name: `t${(tokens += 1)}`, scopes });
  const { token, apiToken } = (made.data as { readonly createApiToken: { readonly token: string; readonly apiToken: { readonly id: string } } }).createApiToken;
  return { id: apiToken.id, token };
}

describe('the log of a pod', () => {
  it('comes from the agent, with its end', async () => {
    const log = aLog();
    for (const line of ['one\n', 'two\n', 'END']) log.say(line);
    expect((await hub.graphql(`{ podLogs(${POD}, tail: 10) { text end } }`)).data).toEqual({ podLogs: { text: 'one\ntwo\n', end: 'COMPLETE' } });
  });

  it('is followed as it grows; who leaves stops the agent', async () => {
    const log = aLog();
    const reader = follow();
    await eventually('the agent reads', () => log.isOpen);
    log.say('first\n');
    await eventually('the first line', () => textOf(reader.parts) === 'first\n');
    log.say('second\n');
    await eventually('the second line', () => textOf(reader.parts) === 'first\nsecond\n');
    reader.leave();
    await eventually('the agent has stopped', () => log.isLeft);
    expect(reader.errors).toEqual([]);
  });

  it('tells its end, and completes', async () => {
    const log = aLog();
    const reader = follow();
    await eventually('the agent reads', () => log.isOpen);
    log.say('last words\n');
    log.say('END');
    await eventually('it completes', () => reader.isComplete());
    expect(reader.parts.at(-1)).toMatchObject({ end: 'COMPLETE', message: null });
    expect(textOf(reader.parts)).toBe('last words\n');
  });

  it('that cannot be read comes with the reason', async () => {
    agent.logs = () => err({ code: 'REFUSED', message: 'container "app" in pod "web-1" is waiting to start: ContainerCreating' });
    expect((await hub.graphql(`{ podLogs(${POD}) { text } }`)).errors).toMatchObject([{ message: 'The cluster refused: container "app" in pod "web-1" is waiting to start: ContainerCreating', extensions: { code: 'BAD_REQUEST' } }]);
    const reader = follow();
    await eventually('it completes', () => reader.isComplete());
    expect(reader.parts).toEqual([{ text: '', end: 'FAILED', message: 'The cluster refused: container "app" in pod "web-1" is waiting to start: ContainerCreating' }]);
    agent.logs = () => err({ code: 'NOT_FOUND', message: 'no' });
    expect((await hub.graphql(`{ podLogs(${POD}) { text } }`)).data).toEqual({ podLogs: null });
    expect((await hub.graphql(`{ podLogs(${POD.replace('web', 'none')}) { text } }`)).data).toEqual({ podLogs: null });
  });

  it('needs a permission of its own, and every reading is in the audit log', async () => {
    const { token } = await tokenWith(['target:read', 'object:describe']);
    expect((await hub.graphql(`{ podLogs(${POD}) { text } }`, undefined, { token })).errors).toMatchObject([{ message: 'This needs the permission target:logs.', extensions: { code: 'FORBIDDEN' } }]);
    const refused = follow(token);
    await eventually('the refusal', () => refused.errors.length > 0);
    expect(JSON.stringify(refused.errors)).toContain('target:logs');
    const { rows } = await hub.database.pool.query<{ action: string; object_id: string; outcome: string }>(`SELECT action, object_id, outcome FROM audit_log WHERE action ILIKE '%podLogs' ORDER BY at`);
    const [{ id }] = (await hub.database.pool.query<{ id: string }>('SELECT id FROM targets')).rows as [{ id: string }];
    expect(rows).toContainEqual({ action: 'podLogs', object_id: `${id}/shop/web-1`, outcome: 'SUCCEEDED' });
    expect(rows).toContainEqual({ action: 'followPodLogs', object_id: `${id}/shop/web-1`, outcome: 'SUCCEEDED' });
    expect(rows.filter(({ outcome }) => outcome === 'DENIED').map(({ action }) => action)).toEqual(['podLogs', 'podLogs']);
  });

  it('stops when the token is revoked', async () => {
    const log = aLog();
    const { id, token } = await tokenWith(['target:logs', 'target:read']);
    const reader = follow(token);
    await eventually('the agent reads', () => log.isOpen);
    await hub.graphql('mutation ($id: ID!) { revokeApiToken(input: { id: $id }) { userErrors { code } } }', { id });
    await eventually('the agent has stopped', () => log.isLeft);
    expect(textOf(reader.parts)).toBe('');
  });

  it.each([
    ['the role is taken away', `UPDATE principals SET roles = '{}' WHERE name = 'admin'`, `UPDATE principals SET roles = '{admin}' WHERE name = 'admin'`],
    ['the target is gone', `UPDATE targets SET state = 'REMOVED'`, `UPDATE targets SET state = 'ACTIVE'`],
  ])('stops within five seconds when %s', async (_why, takeAway, giveBack) => {
    const log = aLog();
    const reader = follow((await tokenWith(['target:logs', 'target:read'])).token);
    await eventually('the agent reads', () => log.isOpen);
    await hub.database.pool.query(takeAway);
    const began = performance.now();
    try {
      await eventually('the agent has stopped', () => log.isLeft);
      expect(performance.now() - began).toBeLessThan(5_000);
      log.say('for nobody');
      expect(textOf(reader.parts)).toBe('');
    } finally {
      await hub.database.pool.query(giveBack);
    }
  });

  it.each([
    ['tail: 5001', '"tail" must be 0 to 5000.'],
    ['sinceSeconds: 0', '"sinceSeconds" must be at least 1.'],
    ['container: "../x"', '"container" is no name of Kubernetes.'],
  ])('is not asked for with %s', async (argument, message) => {
    expect((await hub.graphql(`{ podLogs(${POD}, ${argument}) { text } }`)).errors).toMatchObject([{ message, extensions: { code: 'BAD_REQUEST' } }]);
  });
});

describe('the tree of a target', () => {
  const TREE = 'resourceTree(application: "web", cluster: "prod") { isTruncated unread { kind } nodes { id parentId object { kind name } health status createdAt pod { ready containers } } }';

  it('comes from the agent', async () => {
    expect((await hub.graphql(`{ ${TREE} }`)).data).toEqual({
      resourceTree: { isTruncated: false, unread: [], nodes: [{ id: 'u1', parentId: null, object: { kind: 'Pod', name: 'web' }, health: 'HEALTHY', status: 'Running', createdAt: null, pod: { ready: 1, containers: ['app'] } }] },
    });
    expect((await hub.graphql('{ resourceTree(application: "none", cluster: "prod") { isTruncated } }')).data).toEqual({ resourceTree: null });
  });

  it('needs the permission to describe objects', async () => {
    const { token } = await tokenWith(['target:read']);
    expect((await hub.graphql(`{ ${TREE} }`, undefined, { token })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('the values of drift', () => {
  const DRIFT = '{ target(application: "web", cluster: "prod") { observed { drift { fields managers changes { path manager expected live isHidden } } } } }';
  const changesFor = async (token: string): Promise<unknown> =>
    ((await hub.graphql(DRIFT, undefined, { token })).data as { readonly target: { readonly observed: { readonly drift: readonly { readonly changes: unknown }[] } } }).target.observed.drift.map(({ changes }) => changes);

  it('need the permission to describe objects; paths and holders do not', async () => {
    const change = { path: 'spec.replicas', manager: 'kubectl-edit', expected: '1', live: '0', isMasked: false, isTruncated: false };
    const drift = [{ ref: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }, kind: 'CHANGED', managers: ['kubectl-edit'], fields: ['spec.replicas'], changes: [change] }];
    await hub.database.pool.query('UPDATE target_status SET detail = $1', [JSON.stringify({ drifted: drift })]);
    const seen = { path: 'spec.replicas', manager: 'kubectl-edit' };
    expect(await changesFor((await tokenWith(['target:read', 'object:describe'])).token)).toEqual([[{ ...seen, expected: '1', live: '0', isHidden: false }]]);
    expect(await changesFor((await tokenWith(['target:read'])).token)).toEqual([[{ ...seen, expected: null, live: null, isHidden: true }]]);
  });
});
