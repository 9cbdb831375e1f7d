import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { orderDigest, type ClusterId, type TargetId } from '#domain';
import { until } from '#testing';
import { AGENT_CAPABILITIES, decodeOrder, encodeTargetDigests, rootDigest, type HeldOrder } from '#wire';
import { aCluster, aGatewayWorld, aJoinToken, anApplication, startGateway, type ATarget, type GatewayWorld, type RunningGateway } from './gateway-fixture.js';
import { enrollRaw, expectEnrolled, RawAgent, type RawIdentity } from './raw-agent.js';

jest.setTimeout(120_000);

let world: GatewayWorld;
let running: RunningGateway;
const agents: RawAgent[] = [];

beforeAll(async () => {
  world = await aGatewayWorld();
  running = await startGateway(world, { heartbeatMs: 60_000 });
}, 60_000);
afterAll(async () => {
  for (const agent of agents) agent.close();
  await running.gateway.stop();
  await world.close();
});

type Joined = RawIdentity & { readonly cluster: ClusterId; readonly name: string };

async function joined(): Promise<Joined> {
  const { cluster, name } = await aCluster(world);
  return { ...expectEnrolled(await enrollRaw(world, running, await aJoinToken(world, cluster))), cluster, name };
}

/** A stream of an agent that knows only so much, and has said what it holds. */
async function connected(identity: Joined, capabilities: readonly string[], held: readonly HeldOrder[] = []): Promise<RawAgent> {
  const agent = new RawAgent(world, running, identity);
  agents.push(agent);
  agent.hello({ capabilities: [...capabilities], rootDigest: rootDigest(held) });
  await agent.next('digestsWanted');
  agent.send({ $case: 'targetDigests', value: encodeTargetDigests({ held, floor: { epoch: 0n, generation: 0n } }) });
  return agent;
}

const heldOf = ({ order }: ATarget): HeldOrder => ({ target: order.target, epoch: order.epoch, generation: order.generation, orderDigest: orderDigest(order) });

function generationsIn(agent: RawAgent): readonly bigint[] {
  return agent.frames.flatMap((frame) => (frame.$case === 'orders' ? frame.value.orders : [])).map((wire) => {
    const order = decodeOrder(wire.payload);
    return order.ok ? order.value.generation : -1n;
  });
}

async function refusalOf(target: TargetId): Promise<Record<string, unknown> | undefined> {
  return (await world.database.pool.query<Record<string, unknown>>(
    'SELECT refused_generation, refused_reason, refused_message FROM target_status WHERE target_id = $1 AND refused_reason IS NOT NULL', [target])).rows[0];
}

const PATCHES = { patches: [{ target: { kind: 'ConfigMap' }, patch: 'data: {a: "1"}' }] };

describe('an order that needs what the agent does not know', () => {
  it('is withheld, its target says whose agent to update, and others go out beside it', async () => {
    const identity = await joined();
    const patched = await (await anApplication(world)).assign(identity.cluster, { order: PATCHES });
    const plain = await (await anApplication(world)).assign(identity.cluster);
    const agent = await connected(identity, []);
    const refused = await until('the reason', 10_000, () => refusalOf(patched.target));
    expect(refused).toEqual({ refused_generation: '1', refused_reason: 'UNSUPPORTED_ASSIGNMENT', refused_message: `the agent of cluster ${identity.name} does not know patches: update it` });
    await agent.next('orders');
    expect(generationsIn(agent)).toEqual([plain.order.generation]);
  });

  it('is withheld too when it comes during the session; the order that is held stays in force', async () => {
    const identity = await joined();
    const application = await anApplication(world);
    const before = await application.assign(identity.cluster);
    const agent = await connected(identity, ['chunks']);
    await agent.next('orders');
    await application.assign(identity.cluster, { target: before.target, order: { unknownFeatures: ['orders.teleport'] } }); // of a hub newer than this one
    expect(await until('the reason', 10_000, () => refusalOf(before.target))).toMatchObject({ refused_message: expect.stringContaining('orders.teleport') });
    expect(generationsIn(agent)).toEqual([before.order.generation]);
  });

  it('goes out when an agent that knows it takes the place', async () => {
    const identity = await joined();
    const application = await anApplication(world);
    const before = await application.assign(identity.cluster);
    const patched = await application.assign(identity.cluster, { target: before.target, order: PATCHES });
    await connected(identity, ['chunks'], [heldOf(before)]);
    await until('the reason', 10_000, () => refusalOf(patched.target));
    const updated = await connected(identity, AGENT_CAPABILITIES, [heldOf(before)]);
    await updated.next('orders');
    expect(generationsIn(updated)).toEqual([patched.order.generation]);
  });

  it('is refused by name where an agent says so itself', async () => {
    const identity = await joined();
    const assigned = await (await anApplication(world)).assign(identity.cluster);
    const agent = await connected(identity, AGENT_CAPABILITIES);
    await agent.next('orders');
    agent.send({ $case: 'orderReceipts', value: { receipts: [{ targetId: assigned.target, epoch: 1n, generation: 1n, accepted: false, reason: 'UNSUPPORTED_ASSIGNMENT' }] } });
    expect(await until('the reason', 10_000, () => refusalOf(assigned.target))).toMatchObject({ refused_generation: '1', refused_message: `the agent of cluster ${identity.name} refused the order` });
  });
});
