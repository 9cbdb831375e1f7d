import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { until, type AuditEntry } from '#testing';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

/** Timers go by another clock than the one of the audit log, and both are cut to whole milliseconds. */
const CLOCKS_DIFFER_MS = 2;

/** The API server sends the agent away, for a while or for good reasons: it comes back when it was told, and nothing is lost. */
describe('a server that is busy', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeEach(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('one', [configMap('settings', { colour: 'blue' })]);
  });
  afterEach(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('is asked again after the time that it named, in the same pass, and then has everything applied', async () => {
    cluster.sandbox.refuse({ verb: 'patch', resource: 'configmaps', times: 2, as: 'TOO_MANY_REQUESTS', retryAfterSeconds: 1 });
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue' });
    expect(Math.min(...gapsAfter(429, ours(cluster, 'patch')))).toBeGreaterThanOrEqual(1_000 - CLOCKS_DIFFER_MS);
    expect(agent.reports.filter(({ sync }) => sync === 'FAILED')).toEqual([]);
    expect(cluster.deletes()).toEqual([]);
  });

  it('applies what somebody else changed at the same moment', async () => {
    cluster.sandbox.refuse({ verb: 'patch', resource: 'configmaps', times: 1, as: 'CONFLICT' });
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(agent.reports.some(({ reason }) => reason === 'FIELD_CONFLICT')).toBe(false);
  });

  it('heals what happened while its watches were sent away', async () => {
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    await until('the ConfigMaps are watched', 10_000, async () => (ours(cluster, 'list').length > 0 ? true : undefined));
    cluster.sandbox.refuse({ verb: 'watch', resource: 'configmaps', times: 1, as: 'TOO_MANY_REQUESTS', retryAfterSeconds: 1 });
    cluster.sandbox.dropConnections();
    await cluster.edit(cm('settings'), { data: { colour: 'red' } });
    await agent.reported({ generation: 1n, sync: 'SYNCED', healedCount: 1 });
    expect(ours(cluster, 'watch').map(({ code }) => code)).toContain(429);
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue' });
  });

  it('lists anew when the place of its watch is gone, be it said by the status of the answer', async () => {
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    await until('the ConfigMaps are listed', 10_000, async () => (ours(cluster, 'list').length > 0 ? true : undefined));
    const lists = ours(cluster, 'list').length;
    cluster.sandbox.refuse({ verb: 'watch', resource: 'configmaps', times: 1, as: 'EXPIRED' });
    cluster.sandbox.dropConnections();
    await cluster.edit(cm('settings'), { data: { colour: 'red' } });
    await agent.reported({ generation: 1n, sync: 'SYNCED', healedCount: 1 });
    expect(ours(cluster, 'list').length).toBeGreaterThan(lists);
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue' });
  });
});

/** What the agent asked about ConfigMaps, by dry run too, refused or not, in order. */
function ours(cluster: TestCluster, verb: string): readonly AuditEntry[] {
  return cluster.audit.entries().filter((entry) => entry.resource === 'configmaps' && entry.verb === verb && entry.userAgent === 'capstan-agent');
}

/** Milliseconds from each answer of that code to the next request. */
function gapsAfter(code: number, entries: readonly AuditEntry[]): readonly number[] {
  const gaps = entries.flatMap((entry, index) => {
    const next = entries[index + 1];
    return entry.code === code && next !== undefined ? [Date.parse(next.time) - Date.parse(entry.answeredAt)] : [];
  });
  expect(gaps.length).toBeGreaterThan(0);
  return gaps;
}
