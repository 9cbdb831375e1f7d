import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '#testing';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

describe('drift that is only reported', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('one', [configMap('settings', { colour: 'blue' }), configMap('more', { a: '1' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'one', drift: 'REPORT' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    cluster.audit.mark();
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('stays, with field, manager and values', async () => {
    await cluster.edit(cm('settings'), { data: { colour: 'red' } });
    const report = await agent.reported({ generation: 1n, sync: 'DRIFTED', reason: 'DRIFT_DETECTED' });
    const changes = [{ path: 'data.colour', manager: 'kubectl-edit', expected: '"blue"', live: '"red"', isMasked: false, isTruncated: false }];
    expect(report.drifted).toEqual([{ ref: cm('settings'), kind: 'CHANGED', managers: ['kubectl-edit'], fields: ['data.colour'], changes, healedAt: undefined }]);
  });

  it('tells a deleted object, and does not create it', async () => {
    await cluster.remove(cm('more'));
    const report = await agent.reported({ generation: 1n, sync: 'DRIFTED', health: 'MISSING' });
    expect(report.drifted).toContainEqual({ ref: cm('more'), kind: 'DELETED', managers: [], fields: [], changes: [], healedAt: undefined });
    expect(cluster.writes()).toEqual([]);
  });

  it('is over when a person puts the field back', async () => {
    await cluster.edit(cm('settings'), { data: { colour: 'blue' } });
    await until('the field to be no drift any more', 10_000, () => (agent.last()?.drifted.length === 1 ? true : undefined));
    expect(agent.last()).toMatchObject({ sync: 'DRIFTED', drifted: [{ ref: cm('more'), kind: 'DELETED' }] });
    expect(cluster.writes()).toEqual([]);
  });

  it('is healed when the policy changes', async () => {
    await agent.accept(anAssignment({ generation: 2, release: 'one', drift: 'HEAL' }));
    await agent.reported({ generation: 2n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(cluster.object(cm('more'))?.['data']).toEqual({ a: '1' });
  });
});
