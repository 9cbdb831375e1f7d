import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { digestOf } from '#kernel';
import type { ClusterId, TargetId, TargetReport } from '#domain';
import { systemClock } from '#runtime';
import { until } from '#testing';
import { X509Certificate } from 'node:crypto';
import { Ed25519Signer, registerSigningKey, SqlSigningKeyStore } from '../../../apps/hub/src/agent-gateway/index.js';
import { aCluster, aGatewayWorld, aJoinToken, anApplication, startGateway, type GatewayOptions, type GatewayWorld, type RunningGateway } from '../../../apps/hub/test/agent-gateway/gateway-fixture.js';
import { AgentUnderTest, DurableState, type AgentOptions } from './agent-under-test.js';
import { CuttableProxy } from './cuttable-proxy.js';

jest.setTimeout(120_000);

let world: GatewayWorld;
let running: RunningGateway;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  world = await aGatewayWorld();
  running = await startGateway(world, { heartbeatMs: 500 });
}, 60_000);
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await running.gateway.stop();
  await world.close();
});

const DEADLINE_MS = 40_000;

function anAgent(state: DurableState, options: Partial<AgentOptions> = {}): AgentUnderTest {
  const agent = new AgentUnderTest(state, { agentPort: running.agentPort, enrollPort: running.enrollPort, ca: { hash: world.identity.authority.caHash }, ...options });
  closing.push(() => agent.stop());
  return agent;
}

async function aJoinedAgent(options: Partial<AgentOptions> = {}): Promise<{ readonly cluster: ClusterId; readonly agent: AgentUnderTest; readonly state: DurableState }> {
  const { cluster } = await aCluster(world);
  const state = new DurableState();
  const agent = anAgent(state, { joinToken: await aJoinToken(world, cluster), ...options });
  await connected(agent, 1);
  return { cluster, agent, state };
}

function connected(agent: AgentUnderTest, times: number): Promise<true> {
  return until(`connection ${times}`, DEADLINE_MS, () => (agent.connections >= times ? true : undefined), () => agent.messages.join('\n'));
}

function accepted(agent: AgentUnderTest, target: TargetId, generation: bigint): Promise<true> {
  return until(`order ${generation} of ${target}`, DEADLINE_MS, () => (agent.state.orders.get(target)?.order.generation === generation ? true : undefined), () => agent.messages.join('\n'));
}

function aReport(target: TargetId, generation: bigint, sync: TargetReport['sync'] = 'SYNCED'): TargetReport {
  return {
    target, epoch: 1n, generation, release: undefined, commit: '', renderDigest: undefined, sync, reason: sync === 'REMOVED' ? 'REMOVED' : 'SYNCED', message: '', health: 'HEALTHY', healthMessage: '',
    objectCount: 1, unhealthy: [], drifted: [], healedCount: 0, pendingRemoval: undefined, observedAt: systemClock.now(),
  };
}

async function statusOf(target: TargetId): Promise<{ sync: string; refused_reason: string | null }> {
  const { rows } = await world.database.pool.query<{ sync: string; refused_reason: string | null }>('SELECT sync, refused_reason FROM target_status WHERE target_id = $1', [target]);
  return rows[0] ?? { sync: 'no row', refused_reason: null };
}

function reported(target: TargetId, sync: string): Promise<true> {
  return until(`${sync} of ${target}`, DEADLINE_MS, async () => ((await statusOf(target)).sync === sync ? true : undefined));
}

async function behindProxy(options: GatewayOptions = {}): Promise<{ readonly proxy: CuttableProxy; readonly enroll: CuttableProxy; readonly gateway: RunningGateway }> {
  const gateway = Object.keys(options).length === 0 ? running : await startGateway(world, options);
  if (gateway !== running) closing.push(() => gateway.gateway.stop());
  const [proxy, enroll] = [await CuttableProxy.to(gateway.agentPort), await CuttableProxy.to(gateway.enrollPort)];
  closing.push(() => proxy.close(), () => enroll.close());
  return { proxy, enroll, gateway };
}

describe('joining', () => {
  it('pins the CA by hash, enrols, takes orders and reports', async () => {
    const { cluster, agent, state } = await aJoinedAgent();
    expect(state.identity?.cluster).toBe(cluster);
    const assigned = await (await anApplication(world)).assign(cluster);
    await accepted(agent, assigned.target, assigned.order.generation);
    agent.loop.reports.offer(aReport(assigned.target, assigned.order.generation));
    await reported(assigned.target, 'SYNCED');
    const { rows } = await world.database.pool.query<{ facts: object }>('SELECT facts FROM clusters WHERE id = $1', [cluster]);
    expect(rows[0]?.facts).toMatchObject({ kubernetesVersion: 'v1.36.3' });
  });

  it('sends nothing to a hub whose CA has another hash: the token stays good', async () => {
    const { cluster } = await aCluster(world);
    const joinToken = await aJoinToken(world, cluster);
    const fooled = anAgent(new DurableState(), { joinToken, ca: { hash: digestOf('another key') } });
    await until('the mismatch', DEADLINE_MS, () => fooled.messages.find((message) => message.includes('CA_HASH_MISMATCH')));
    await fooled.stop();
    await connected(anAgent(new DurableState(), { joinToken }), 1);
  });

  it('does not connect to a hub of another CA, even one with the right name', async () => {
    const other = await aGatewayWorld();
    const fake = await startGateway(other);
    const { state, agent } = await aJoinedAgent();
    await agent.stop();
    const lured = anAgent(state, { agentPort: fake.agentPort, enrollPort: fake.enrollPort, ca: { pem: world.identity.authority.caPem } });
    await until('a failed session', DEADLINE_MS, () => lured.messages.find((message) => message.includes('the session with the hub ended')));
    expect(lured.connections).toBe(0);
    await lured.stop();
    await fake.gateway.stop();
    await other.close();
  });

  it('is not needed again after a restart', async () => {
    const { agent, state } = await aJoinedAgent();
    await agent.stop();
    const { saves } = state;
    await connected(anAgent(state), 1);
    expect(state.saves).toBe(saves);
  });
});

describe('a cut connection', () => {
  it('is made again, and brings what was missed on both sides', async () => {
    const { proxy } = await behindProxy();
    const { cluster, agent } = await aJoinedAgent({ agentPort: proxy.port });
    const application = await anApplication(world);
    const first = await application.assign(cluster);
    await accepted(agent, first.target, first.order.generation);
    proxy.cut(true);
    const next = await application.assign(cluster, { target: first.target, parameters: 'while away' });
    agent.loop.reports.offer(aReport(first.target, first.order.generation));
    proxy.heal();
    await accepted(agent, first.target, next.order.generation);
    await reported(first.target, 'SYNCED');
  });

  it('is found even when nobody says so', async () => {
    const { proxy } = await behindProxy();
    const { cluster, agent } = await aJoinedAgent({ agentPort: proxy.port });
    proxy.silence();
    await until('the silence to be noticed', DEADLINE_MS, () => agent.messages.find((message) => message.includes('the session with the hub ended')));
    proxy.heal();
    await connected(agent, 2);
    const assigned = await (await anApplication(world)).assign(cluster);
    await accepted(agent, assigned.target, assigned.order.generation);
  });

  it('by a restart of the hub heals by itself', async () => {
    const first = await startGateway(world, { heartbeatMs: 500 });
    const { cluster, agent } = await aJoinedAgent({ agentPort: first.agentPort, enrollPort: first.enrollPort });
    await first.gateway.stop();
    const assigned = await (await anApplication(world)).assign(cluster);
    const second = await startGateway(world, { heartbeatMs: 500, agentPort: first.agentPort, enrollPort: first.enrollPort });
    closing.push(() => second.gateway.stop());
    await accepted(agent, assigned.target, assigned.order.generation);
  });
});

describe('orders', () => {
  it('that could not be made durable are tried again, without a receipt before', async () => {
    const { cluster, agent, state } = await aJoinedAgent();
    state.failWrites = 1;
    const assigned = await (await anApplication(world)).assign(cluster);
    await accepted(agent, assigned.target, assigned.order.generation);
    expect(agent.messages.some((message) => message.includes('could not be made durable'))).toBe(true);
  });

  it.each(['SIGNATURE_INVALID', 'WRONG_AUDIENCE', 'STALE_GENERATION'] as const)('with %s change nothing, and are reported', async (reason) => {
    const { cluster, agent, state } = await aJoinedAgent();
    const application = await anApplication(world);
    const good = await application.assign(cluster, { epoch: 2n });
    await accepted(agent, good.target, good.order.generation);
    const before = [...state.accepted];
    const { cluster: elsewhere } = await aCluster(world);
    const forged = { SIGNATURE_INVALID: { signer: Ed25519Signer.fromPem(Ed25519Signer.newKeyPem()) }, WRONG_AUDIENCE: { audience: elsewhere }, STALE_GENERATION: { epoch: 1n } }[reason];
    await application.assign(cluster, { target: good.target, ...forged, parameters: 'evil' });
    await until('the refusal', DEADLINE_MS, () => agent.messages.find((message) => message.includes('an order was refused') && message.includes(reason)), () => agent.messages.join('\n'));
    expect(state.accepted).toEqual(before);
    if (reason === 'WRONG_AUDIENCE') await until('the reason at the hub', DEADLINE_MS, async () => ((await statusOf(good.target)).refused_reason === reason ? true : undefined));
  });

  it('with flipped bits or a swapped type never get in', async () => {
    const { cluster, agent, state } = await aJoinedAgent();
    const application = await anApplication(world);
    const good = await application.assign(cluster);
    await accepted(agent, good.target, good.order.generation);
    const before = [...state.accepted];
    for (const column of ['order_bytes', 'order_signature']) {
      await world.database.pool.query(`UPDATE targets SET ${column} = set_byte(${column}, 20, get_byte(${column}, 20) # 1), order_digest = $2 WHERE id = $1`, [good.target, digestOf(column)]);
      const fresh = anAgent(Object.assign(new DurableState(), { identity: state.identity }));
      await until('the refusal', DEADLINE_MS, () => fresh.messages.find((message) => message.includes('SIGNATURE_INVALID')), () => fresh.messages.join('\n'));
      expect(fresh.state.accepted).toEqual([]);
      await fresh.stop();
    }
    expect(state.accepted).toEqual(before);
  });

  it('to remove are confirmed again when the report was lost', async () => {
    const { cluster, agent, state } = await aJoinedAgent();
    const application = await anApplication(world);
    const assigned = await application.assign(cluster);
    await accepted(agent, assigned.target, assigned.order.generation);
    const tombstone = await application.assign(cluster, { target: assigned.target, tombstone: true });
    await accepted(agent, assigned.target, tombstone.order.generation);
    state.completeRemoval(assigned.target); // and the process dies before its report is acknowledged
    await agent.stop();
    const restarted = anAgent(state);
    await until('the confirmation', DEADLINE_MS, () => state.confirmed.find((target) => target === assigned.target), () => restarted.messages.join('\n'));
    restarted.loop.reports.offer(aReport(assigned.target, tombstone.order.generation, 'REMOVED'));
    await reported(assigned.target, 'REMOVED');
  });

  it('of a new signing key are taken once an old key introduced it', async () => {
    const { cluster, agent } = await aJoinedAgent();
    const next = Ed25519Signer.fromPem(Ed25519Signer.newKeyPem());
    await registerSigningKey(new SqlSigningKeyStore(world.tx, world.identity.hub), world.identity.hub, next, world.signer);
    await agent.stop();
    const again = anAgent(agent.state);
    await connected(again, 1);
    const assigned = await (await anApplication(world)).assign(cluster, { signer: next });
    await accepted(again, assigned.target, assigned.order.generation);
  });
});

describe('certificates', () => {
  it('are renewed within their life, and the new one is used', async () => {
    const { gateway } = await behindProxy({ certificateTtlMs: 4_000, heartbeatMs: 500 });
    const { agent, state } = await aJoinedAgent({ agentPort: gateway.agentPort, enrollPort: gateway.enrollPort });
    const serials = new Set<string>();
    await until('three certificates', DEADLINE_MS, () => {
      serials.add(new X509Certificate(state.identity?.certificateChainPem ?? '').serialNumber);
      return serials.size >= 3 ? true : undefined;
    }, () => agent.messages.join('\n'));
    await connected(agent, 3);
    expect(agent.messages.filter((message) => message.includes('recovered'))).toEqual([]);
  });

  it('that ran out while the hub was away are recovered with the old key', async () => {
    const { proxy, enroll } = await behindProxy({ certificateTtlMs: 3_000, heartbeatMs: 500 });
    const { agent, state } = await aJoinedAgent({ agentPort: proxy.port, enrollPort: enroll.port });
    proxy.cut(true);
    enroll.cut(true);
    const { notAfter } = state.identity ?? { notAfter: systemClock.now() };
    await until('the end of the certificate', DEADLINE_MS, () => (systemClock.now() > notAfter ? true : undefined));
    const { connections } = agent;
    proxy.heal();
    enroll.heal();
    await connected(agent, connections + 1);
    expect(agent.messages.some((message) => message.includes('this agent is recovered'))).toBe(true);
  });

  it('that were revoked end the session for good', async () => {
    const { cluster, agent } = await aJoinedAgent();
    await world.tx.run({ kind: 'system', controller: 'test' }, () => world.trust.revokeCertificates(cluster));
    await until('the refusal', DEADLINE_MS, () => agent.messages.find((message) => message.includes('ENROLLMENT_REFUSED')), () => agent.messages.join('\n'));
    expect(agent.connections).toBe(1);
  });
});

describe('questions and credentials', () => {
  it('reach the agent and are answered', async () => {
    const { cluster, state, agent } = await aJoinedAgent();
    const application = await anApplication(world);
    await world.database.pool.query(`UPDATE repositories SET credentials_encrypted = 'hunter2', credentials_digest = $2 WHERE id = $1`, [application.repository, digestOf('hunter2')]);
    const assigned = await application.assign(cluster);
    await accepted(agent, assigned.target, assigned.order.generation);
    expect([...agent.credentials.held.values()]).toMatchObject([{ repository: application.repository, credentials: { password: 'hunter2' } }]); // there before the order
    expect(agent.messages.join()).not.toContain('hunter2');
    const ask = (name: string): Promise<unknown> =>
      running.gateway.requests.describeObject(cluster, assigned.target, { group: '', kind: 'ConfigMap', namespace: 'app', name }, AbortSignal.timeout(10_000));
    expect(await ask('there')).toMatchObject({ ok: true, value: { health: 'HEALTHY' } });
    expect(await ask('gone')).toEqual({ ok: false, error: { code: 'NOT_FOUND', message: 'gone' } });
    expect(state.identity?.hub).toBe(world.identity.hub);
  });
});
