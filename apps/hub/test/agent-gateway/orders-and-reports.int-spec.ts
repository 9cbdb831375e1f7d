import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { orderDigest, targetId, type TargetId, type TargetReport } from '#domain';
import { systemClock } from '#runtime';
import { until } from '#testing';
import { decodeOrder, encodeReport, encodeTargetDigests, fromWireSigned, ORDER_TYPE, rootDigest, verifySigned, type HeldOrder, type Holdings } from '#wire';
import { aGatewayWorld, anApplication, ids, startGateway, type ATarget, type GatewayWorld, type RunningGateway } from './gateway-fixture.js';
import type { RawAgent } from './raw-agent.js';
import { RawAgents } from './raw-agents.js';

jest.setTimeout(120_000);

let world: GatewayWorld;
let running: RunningGateway;
let agents: RawAgents;

beforeAll(async () => {
  world = await aGatewayWorld();
  running = await startGateway(world, { heartbeatMs: 60_000 });
  agents = new RawAgents(world, running);
}, 60_000);
afterAll(async () => {
  agents.close();
  await running.gateway.stop();
  await world.close();
});

const holding = (held: readonly HeldOrder[], floor = { epoch: 0n, generation: 0n }): Holdings => ({ held, floor });
const heldOf = ({ order }: ATarget): HeldOrder => ({ target: order.target, epoch: order.epoch, generation: order.generation, orderDigest: orderDigest(order) });

/** Targets and generations of the orders in the frames, verified. */
function ordersIn(agent: RawAgent): readonly string[] {
  return agent.frames.flatMap((frame) => (frame.$case === 'orders' ? frame.value.orders : [])).map((wire) => {
    const payload = verifySigned(fromWireSigned(wire), ORDER_TYPE, [world.signer]);
    const order = payload.ok ? decodeOrder(payload.value) : undefined;
    return order?.ok === true ? `${order.value.kind} ${order.value.target} ${order.value.generation}` : 'bad';
  });
}

const line = (kind: string, { order }: ATarget): string => `${kind} ${order.target} ${order.generation}`;

function aReport(target: TargetId, generation: bigint, overrides: Partial<TargetReport> = {}): TargetReport {
  return {
    target, epoch: 1n, generation, release: undefined, commit: '', renderDigest: undefined, sync: 'SYNCED', reason: 'SYNCED', message: '', health: 'HEALTHY', healthMessage: '', objectCount: 3,
    unhealthy: [], drifted: [], healedCount: 0, pendingRemoval: undefined, observedAt: systemClock.now(), ...overrides,
  };
}

async function statusOf(target: TargetId): Promise<Record<string, unknown> | undefined> {
  return (await world.database.pool.query<Record<string, unknown>>('SELECT sync, reason, health, generation, sequence, session_epoch, refused_reason FROM target_status WHERE target_id = $1', [target])).rows[0];
}

async function report(agent: RawAgent, sequence: bigint, reports: readonly TargetReport[]): Promise<void> {
  agent.send({ $case: 'reports', value: { sequence, reports: reports.map(encodeReport) } });
  await until(`the acknowledgement of ${sequence}`, 10_000, () => agent.frames.find((frame) => frame.$case === 'reportsAck' && frame.value.sequence >= sequence), () => JSON.stringify(agent.frames.map((f) => f.$case)));
}

describe('orders', () => {
  it('go out only where root digests differ, and only those that differ', async () => {
    const identity = await agents.enrolled();
    const application = await anApplication(world);
    const other = await anApplication(world);
    const held = await application.assign(identity.cluster);
    const missing = await other.assign(identity.cluster);
    const agent = await agents.connected(identity);
    await agent.next('digestsWanted');
    agent.send({ $case: 'targetDigests', value: encodeTargetDigests(holding([heldOf(held)])) });
    await agent.next('orders');
    expect(ordersIn(agent)).toEqual([line('ASSIGNMENT', missing)]);

    // An order that is stored before the hub has compared is a difference, and it rightly asks: on a busy machine take another session.
    let now = missing;
    for (let attempt = 1; ; attempt += 1) {
      const inSync = await agents.connected(identity, [heldOf(held), heldOf(now)]);
      now = await other.assign(identity.cluster, { target: missing.target, parameters: `changed ${attempt}` });
      const answer = await until('the hub asks or sends', 10_000, () => inSync.frames.find(({ $case }) => $case === 'orders' || $case === 'digestsWanted'));
      if (answer.$case === 'digestsWanted' && attempt < 10) continue;
      expect(inSync.frames.map((frame) => frame.$case)).toEqual(['welcome', 'orders']); // in sync: no digests were asked for
      expect(ordersIn(inSync)).toEqual([line('ASSIGNMENT', now)]);
      break;
    }
  });

  it('reach only the cluster they are for', async () => {
    const [mine, others] = [await agents.enrolled(), await agents.enrolled()];
    const application = await anApplication(world);
    const [agent, otherAgent] = [await agents.connected(mine), await agents.connected(others)];
    const assigned = await application.assign(mine.cluster);
    await agent.next('orders');
    expect(ordersIn(agent)).toEqual([line('ASSIGNMENT', assigned)]);
    const own = await application.assign(others.cluster);
    await otherAgent.next('orders');
    expect(ordersIn(otherAgent)).toEqual([line('ASSIGNMENT', own)]);
  });

  it('are found missing by a heartbeat whose root digest moved', async () => {
    const identity = await agents.enrolled();
    const application = await anApplication(world);
    const assigned = await application.assign(identity.cluster);
    const agent = await agents.connected(identity, [heldOf(assigned)]);
    agent.send({ $case: 'heartbeat', value: { sequence: 1n, rootDigest: rootDigest([]) } }); // lost what it held
    await agent.next('digestsWanted');
    agent.send({ $case: 'targetDigests', value: encodeTargetDigests(holding([])) });
    await agent.next('orders');
    expect(ordersIn(agent)).toEqual([line('ASSIGNMENT', assigned)]);
  });

  it('are never forwarded after they expired: the planner is asked to sign anew', async () => {
    const identity = await agents.enrolled();
    const application = await anApplication(world);
    const asked: string[] = [];
    const unlisten = world.notifications.listen('application_changed', (payload) => void asked.push(payload));
    const expired = await application.assign(identity.cluster, { expired: true });
    const agent = await agents.connected(identity);
    await agent.next('digestsWanted');
    agent.send({ $case: 'targetDigests', value: encodeTargetDigests(holding([])) });
    await until('the planner to hear', 10_000, () => (asked.includes(application.application) ? true : undefined));
    unlisten();
    const { rows } = await world.database.pool.query('SELECT reissue_requested_at IS NOT NULL AS asked FROM targets WHERE id = $1', [expired.target]);
    expect(rows).toEqual([{ asked: true }]);
    expect(ordersIn(agent)).toEqual([]);
  });

  it('that an agent refused as stale are asked for anew; other refusals become the reason of the target', async () => {
    const identity = await agents.enrolled();
    const [stale, forged] = [await (await anApplication(world)).assign(identity.cluster), await (await anApplication(world)).assign(identity.cluster)];
    const agent = await agents.connected(identity);
    const receipt = ({ order }: ATarget, reason: string): object => ({ targetId: order.target, epoch: order.epoch, generation: order.generation, accepted: false, reason });
    agent.send({ $case: 'orderReceipts', value: { receipts: [receipt(stale, 'STALE_GENERATION'), receipt(forged, 'SIGNATURE_INVALID')] as never } });
    await until('the reason', 10_000, async () => ((await statusOf(forged.target))?.['refused_reason'] === 'SIGNATURE_INVALID' ? true : undefined));
    await agent.next('digestsWanted');
    agent.send({ $case: 'targetDigests', value: encodeTargetDigests(holding([heldOf(forged)], { epoch: 1n, generation: forged.order.generation })) }); // a later removal passed it on the way
    await until('the request', 10_000, async () => ((await world.database.pool.query('SELECT 1 FROM targets WHERE id = $1 AND reissue_requested_at IS NOT NULL', [stale.target])).rows.length > 0 ? true : undefined));
  });

  it('that an agent refuses whatever comes are signed anew at a measured pace', async () => {
    const identity = await agents.enrolled();
    const assigned = await (await anApplication(world)).assign(identity.cluster);
    await world.database.pool.query(`UPDATE targets SET order_expires_at = now() + interval '24 hours' WHERE id = $1`, [assigned.target]); // signed this moment
    const agent = await agents.connected(identity, [heldOf(assigned)]);
    agent.send({ $case: 'orderReceipts', value: { receipts: [{ targetId: assigned.target, epoch: 1n, generation: 1n, accepted: false, reason: 'ASSIGNMENT_EXPIRED' }] } });
    const due = await until('the request', 10_000, async () => (await world.database.pool.query<{ later: boolean }>('SELECT reissue_requested_at > now() AS later FROM targets WHERE id = $1 AND reissue_requested_at IS NOT NULL', [assigned.target])).rows[0]);
    expect(due).toEqual({ later: true });
  });

  it('never include a removal of what the hub does not know: it is shown as orphaned', async () => {
    const identity = await agents.enrolled();
    const unknown: HeldOrder = { target: targetId(ids.uuid()), epoch: 1n, generation: 5n, orderDigest: rootDigest([]) };
    const agent = await agents.connected(identity, [unknown]);
    await agent.next('digestsWanted');
    agent.send({ $case: 'targetDigests', value: encodeTargetDigests(holding([unknown])) });
    await until('the orphan', 10_000, async () => ((await world.database.pool.query('SELECT 1 FROM orphaned_targets WHERE cluster_id = $1 AND target_id = $2', [identity.cluster, unknown.target])).rows.length > 0 ? true : undefined));
    expect(ordersIn(agent)).toEqual([]);
  });

  it.each<[string, (assigned: ATarget) => Holdings]>([
    ['holds a target in a newer version', (assigned) => holding([{ ...heldOf(assigned), generation: 99n, orderDigest: rootDigest([]) }])],
    ['holds a newer order of a target that this hub does not know', (assigned) => holding([heldOf(assigned), { ...heldOf(assigned), target: targetId(ids.uuid()), generation: 99n }])],
    ['has carried out a newer removal', () => holding([], { epoch: 1n, generation: 99n })],
  ])('stop, assignments and removals alike, for an agent that %s: an older database was restored', async (_name, holdingsOf) => {
    const identity = await agents.enrolled();
    const assigned = await (await anApplication(world)).assign(identity.cluster);
    const agent = await agents.connected(identity, [{ ...heldOf(assigned), generation: 77n }]);
    await agent.next('digestsWanted');
    agent.send({ $case: 'targetDigests', value: encodeTargetDigests(holdingsOf(assigned)) });
    await until('the hold', 10_000, async () => ((await world.database.pool.query('SELECT 1 FROM clusters WHERE id = $1 AND ahead_epoch = 1', [identity.cluster])).rows.length > 0 ? true : undefined));

    const application = await anApplication(world);
    const later = await application.assign(identity.cluster);
    await application.assign(identity.cluster, { target: later.target, tombstone: true });
    for (let n = 0; n < 120; n += 1) await world.database.pool.query('UPDATE clusters SET desired_seq = desired_seq + 1 WHERE id = $1', [identity.cluster]); // past all that the agent knows
    const again = await agents.connected(identity, [heldOf(assigned)]);
    again.send({ $case: 'orderReceipts', value: { receipts: [{ targetId: assigned.target, epoch: 1n, generation: 1n, accepted: false, reason: 'STALE_GENERATION' }] } });
    again.send({ $case: 'targetDigests', value: encodeTargetDigests(holding([])) });
    await report(again, 1n, [aReport(assigned.target, 1n)]); // taken after what came before
    expect([...ordersIn(agent), ...ordersIn(again)]).toEqual([]);
    const { rows } = await world.database.pool.query('SELECT reissue_requested_at FROM targets WHERE id = $1', [assigned.target]);
    expect(rows).toEqual([{ reissue_requested_at: null }]);
  });

  it('of any size go out in bounded messages', async () => {
    const identity = await agents.enrolled();
    const assigned = await (await anApplication(world)).assign(identity.cluster, { parameters: 'x'.repeat(6 * 1024 * 1024) });
    const agent = await agents.connected(identity);
    await agent.next('digestsWanted');
    agent.send({ $case: 'targetDigests', value: encodeTargetDigests(holding([])) });
    await agent.next('orders');
    expect(ordersIn(agent)).toEqual([line('ASSIGNMENT', assigned)]);
  });
});

describe('credentials', () => {
  it('go before the orders of their repository, only to clusters that need them, and are taken back with the last target', async () => {
    const [mine, others] = [await agents.enrolled(), await agents.enrolled()];
    const application = await anApplication(world);
    await world.database.pool.query(`UPDATE repositories SET credentials_encrypted = 'hunter2', credentials_digest = 'sha256:${'1'.repeat(64)}' WHERE id = $1`, [application.repository]);
    const assigned = await application.assign(mine.cluster);
    const [agent, otherAgent] = [await agents.connected(mine), await agents.connected(others)];
    await agent.next('digestsWanted');
    agent.send({ $case: 'targetDigests', value: encodeTargetDigests(holding([])) });
    const { value } = await agent.next('credentials');
    expect(value).toMatchObject({ repositoryId: application.repository, origin: 'https://git.example.com:443', username: 'git', password: 'hunter2', dropped: false });
    expect(otherAgent.frames.map((frame) => frame.$case)).not.toContain('credentials');

    await application.assign(mine.cluster, { target: assigned.target, tombstone: true });
    await world.database.pool.query(`UPDATE targets SET state = 'REMOVING' WHERE id = $1`, [assigned.target]);
    await until('both orders', 10_000, () => (ordersIn(agent).length === 2 ? true : undefined));
    const seen = agent.frames.length;
    await report(agent, 1n, [aReport(assigned.target, 2n, { sync: 'REMOVED', reason: 'REMOVED' })]);
    expect((await agent.next('credentials', seen)).value).toMatchObject({ repositoryId: application.repository, password: '', dropped: true });
  });
});

describe('reports', () => {
  it('are acknowledged after they are durable, with a transition where something changed', async () => {
    const identity = await agents.enrolled();
    const assigned = await (await anApplication(world)).assign(identity.cluster);
    const agent = await agents.connected(identity);
    const heard: string[] = [];
    const unlisten = world.notifications.listen('target_changed', (payload) => void heard.push(payload));
    await report(agent, 1n, [aReport(assigned.target, 1n)]);
    expect(await statusOf(assigned.target)).toEqual({ sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY', generation: '1', sequence: '1', session_epoch: '1', refused_reason: null });
    await report(agent, 2n, [aReport(assigned.target, 1n)]); // nothing changed: no transition
    await report(agent, 3n, [aReport(assigned.target, 1n, { health: 'DEGRADED' })]);
    const { rows } = await world.database.pool.query('SELECT kind, sync, health FROM target_transitions WHERE target_id = $1 ORDER BY at', [assigned.target]);
    expect(rows).toEqual([{ kind: 'OBSERVED', sync: 'SYNCED', health: 'HEALTHY' }, { kind: 'OBSERVED', sync: 'SYNCED', health: 'DEGRADED' }]);
    await until('the notification', 5_000, () => (heard.includes(assigned.target) ? true : undefined));
    unlisten();
  });

  it('older than what stands change nothing: by sequence, by generation, by session', async () => {
    const identity = await agents.enrolled();
    const assigned = await (await anApplication(world)).assign(identity.cluster);
    const agent = await agents.connected(identity);
    await report(agent, 5n, [aReport(assigned.target, 3n)]);
    const stands = await statusOf(assigned.target);
    agent.send({ $case: 'reports', value: { sequence: 4n, reports: [encodeReport(aReport(assigned.target, 3n, { sync: 'FAILED' }))] } }); // replayed
    await report(agent, 6n, [aReport(assigned.target, 2n, { sync: 'FAILED' })]); // of an older order
    expect(await statusOf(assigned.target)).toEqual(stands);
    await world.database.pool.query('UPDATE clusters SET session_epoch = session_epoch + 1 WHERE id = $1', [identity.cluster]); // a newer session elsewhere
    agent.send({ $case: 'reports', value: { sequence: 7n, reports: [encodeReport(aReport(assigned.target, 9n, { sync: 'FAILED' }))] } });
    await agent.ended();
    expect(await statusOf(assigned.target)).toEqual(stands);
  });

  it('of another cluster\'s target change nothing and are noted under the reporter (R1)', async () => {
    const [mine, others] = [await agents.enrolled(), await agents.enrolled()];
    const assigned = await (await anApplication(world)).assign(others.cluster);
    const before = await statusOf(assigned.target);
    await report(await agents.connected(mine), 1n, [aReport(assigned.target, 1n, { sync: 'FAILED' })]);
    expect(await statusOf(assigned.target)).toEqual(before);
    const { rows } = await world.database.pool.query('SELECT cluster_id FROM orphaned_targets WHERE target_id = $1', [assigned.target]);
    expect(rows).toEqual([{ cluster_id: mine.cluster }]);
  });

  it('of unknown targets are capped for each cluster', async () => {
    const identity = await agents.enrolled();
    const agent = await agents.connected(identity);
    for (let batch = 1n; batch <= 3n; batch += 1n) await report(agent, batch, Array.from({ length: 100 }, () => aReport(targetId(ids.uuid()), 1n)));
    const { rows } = await world.database.pool.query<{ count: string }>('SELECT count(*) FROM orphaned_targets WHERE cluster_id = $1', [identity.cluster]);
    expect(rows).toEqual([{ count: '100' }]);
  });

  it('that say REMOVED acknowledge the tombstone, and no others do', async () => {
    const identity = await agents.enrolled();
    const application = await anApplication(world);
    const assigned = await application.assign(identity.cluster);
    await application.assign(identity.cluster, { target: assigned.target, tombstone: true });
    const agent = await agents.connected(identity);
    const acknowledged = async (): Promise<unknown> => (await world.database.pool.query('SELECT acknowledged_at IS NOT NULL AS done FROM tombstones WHERE target_id = $1', [assigned.target])).rows[0];
    await report(agent, 1n, [aReport(assigned.target, 2n, { sync: 'REMOVING', reason: 'REMOVING' })]);
    await report(agent, 2n, [aReport(assigned.target, 2n, { sync: 'SYNCED' })]);
    expect(await acknowledged()).toEqual({ done: false });
    await report(agent, 3n, [aReport(assigned.target, 2n, { sync: 'REMOVED', reason: 'REMOVED' })]);
    expect(await acknowledged()).toEqual({ done: true });
  });

  it('with hostile texts are stored or refused alone, never poison for others', async () => {
    const identity = await agents.enrolled();
    const [a, b] = [await (await anApplication(world)).assign(identity.cluster), await (await anApplication(world)).assign(identity.cluster)];
    const agent = await agents.connected(identity);
    const hostile = encodeReport(aReport(a.target, 1n, { message: `nul \0 and \ud800 ${'x'.repeat(5_000)}`, drifted: [{ ref: { group: '', kind: 'K\0', namespace: '', name: 'n' }, kind: 'CHANGED', managers: ['\0'], fields: [], changes: [{ path: 'p\0', manager: '\0', expected: '\ud800', live: 'x'.repeat(5_000), isMasked: false, isTruncated: false }], healedAt: undefined }] }));
    const unknownState = { ...encodeReport(aReport(a.target, 1n)), sync: 77 as never };
    const huge = { ...encodeReport(aReport(a.target, 1n)), generation: 2n ** 64n - 1n };
    agent.send({ $case: 'reports', value: { sequence: 1n, reports: [unknownState, huge, hostile, encodeReport(aReport(b.target, 1n))] } });
    await until('the acknowledgement', 10_000, () => agent.frames.find((frame) => frame.$case === 'reportsAck'));
    expect((await statusOf(b.target))?.['sync']).toBe('SYNCED');
    expect((await statusOf(a.target))?.['sync']).toBe('SYNCED');
    expect(agent.frames.flatMap((frame) => (frame.$case === 'refused' ? [frame.value.code] : []))).toEqual(['UNKNOWN_MESSAGE', 'UNSUPPORTED']);
  });
});

describe('facts', () => {
  it('are kept for the cluster of the certificate', async () => {
    const identity = await agents.enrolled();
    const agent = await agents.connected(identity);
    agent.send({ $case: 'facts', value: { kubernetesVersion: 'v1.36.3', provider: 'kind', region: '', nodes: 3, custom: { 'gpu': 'a\0', '../x': 'no' } } });
    const facts = await until('the facts', 10_000, async () => {
      const { rows } = await world.database.pool.query<{ facts: Record<string, unknown> }>('SELECT facts FROM clusters WHERE id = $1', [identity.cluster]);
      return rows[0]?.facts['kubernetesVersion'] === undefined ? undefined : rows[0].facts;
    });
    expect(facts).toEqual({ kubernetesVersion: 'v1.36.3', provider: 'kind', region: '', nodes: 3, custom: { gpu: 'a\uFFFD' } });
  });
});
