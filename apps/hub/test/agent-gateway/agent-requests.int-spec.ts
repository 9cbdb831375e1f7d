import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { targetId } from '#domain';
import { aGatewayWorld, ids, startGateway, type GatewayWorld, type RunningGateway } from './gateway-fixture.js';
import { RawAgents } from './raw-agents.js';

jest.setTimeout(120_000);

let world: GatewayWorld;
let running: RunningGateway;
let agents: RawAgents;

beforeAll(async () => {
  world = await aGatewayWorld();
  running = await startGateway(world, { heartbeatMs: 60_000 });
  agents = new RawAgents(world, running);
}, 120_000);
afterAll(async () => {
  agents.close();
  await running.gateway.stop();
  await world.close();
});

describe('questions to an agent', () => {
  const ref = { group: 'apps', kind: 'Deployment', namespace: 'app', name: 'app' };

  it('are answered, refused, limited, and end with the session', async () => {
    const identity = await agents.enrolled();
    const target = targetId(ids.uuid());
    const never = new AbortController();
    expect(await running.gateway.requests.describeObject(identity.cluster, target, ref, never.signal)).toEqual({ ok: false, error: { code: 'AGENT_NOT_CONNECTED' } });
    const agent = await agents.connected(identity);
    const asked = running.gateway.requests.describeObject(identity.cluster, target, ref, never.signal);
    const { value } = await agent.next('request');
    agent.send({ $case: 'response', value: { requestId: value.requestId, answer: { $case: 'describedObject', value: { objectJson: '{}', health: 1, healthMessage: '', events: [] } } } });
    expect(await asked).toEqual({ ok: true, value: { objectJson: '{}', health: 'HEALTHY', healthMessage: '', events: [] } });

    const open = Array.from({ length: 8 }, () => running.gateway.requests.describeObject(identity.cluster, target, ref, never.signal));
    expect(await running.gateway.requests.describeObject(identity.cluster, target, ref, never.signal)).toMatchObject({ ok: false, error: { code: 'OVERLOADED' } });
    agent.close();
    expect(new Set((await Promise.all(open)).map((result) => (result.ok ? 'ok' : result.error.code)))).toEqual(new Set(['AGENT_NOT_CONNECTED']));
  });

  it('end at an agent without the word of a newer protocol, which it would not know', async () => {
    const identity = await agents.enrolled();
    const agent = await agents.connected(identity);
    const giveUp = new AbortController();
    const asked = running.gateway.requests.listResources(identity.cluster, targetId(ids.uuid()), giveUp.signal);
    await agent.next('request');
    giveUp.abort();
    expect(await asked).toEqual({ ok: false, error: { code: 'ABORTED' } });
    agent.send({ $case: 'heartbeat', value: { sequence: 1n, rootDigest: '' } });
    await agent.next('heartbeatAck');
    expect(agent.frames.filter((frame) => frame.$case === 'cancelRequest')).toEqual([]);
  });

  it('for logs take what comes within the limits, and an agent that goes on is stopped', async () => {
    const identity = await agents.enrolled();
    const agent = await agents.connected(identity);
    const texts: string[] = [];
    const question = { target: targetId(ids.uuid()), namespace: 'app', pod: 'app', container: undefined, previous: false, tailLines: 5, sinceSeconds: undefined, follow: false };
    const never = new AbortController();
    const asked = running.gateway.requests.readLogs(identity.cluster, question, (text) => void texts.push(text), never.signal);
    const { value } = await agent.next('request');
    const part = 'x'.repeat(32 * 1024);
    for (let sent = 0; sent < 40; sent += 1) agent.send({ $case: 'response', value: { requestId: value.requestId, answer: { $case: 'logPart', value: { text: part, last: false, end: '' } } } });
    expect(await asked).toEqual({ ok: true, value: 'SIZE_LIMIT' });
    expect(texts.join('')).toHaveLength(1024 * 1024);
    const open = Array.from({ length: 4 }, () => running.gateway.requests.readLogs(identity.cluster, { ...question, follow: true }, () => undefined, never.signal));
    expect(await running.gateway.requests.readLogs(identity.cluster, question, () => undefined, never.signal)).toMatchObject({ ok: false, error: { code: 'OVERLOADED' } });
    agent.close();
    expect(new Set((await Promise.all(open)).map((result) => (result.ok ? 'ok' : result.error.code)))).toEqual(new Set(['AGENT_NOT_CONNECTED']));
  });

  it('cannot be answered by another agent', async () => {
    const [mine, others] = [await agents.enrolled(), await agents.enrolled()];
    const [agent, otherAgent] = [await agents.connected(mine), await agents.connected(others)];
    const giveUp = new AbortController();
    const asked = running.gateway.requests.describeObject(mine.cluster, targetId(ids.uuid()), ref, giveUp.signal);
    const { value } = await agent.next('request');
    otherAgent.send({ $case: 'response', value: { requestId: value.requestId, answer: { $case: 'failure', value: { code: 'NOT_FOUND', message: '' } } } });
    otherAgent.send({ $case: 'heartbeat', value: { sequence: 1n, rootDigest: '' } });
    await otherAgent.next('heartbeatAck');
    giveUp.abort();
    expect(await asked).toEqual({ ok: false, error: { code: 'ABORTED' } });
  });
});
