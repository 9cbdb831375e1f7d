import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TARGET_LABEL } from '#domain';
import { until } from '#testing';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

describe('healing drift', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('one', [deployment('web', 'web:1', 2), configMap('settings', { colour: 'blue', size: 'm' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('puts a changed field back, and names field and manager in between', async () => {
    await cluster.edit(deploy('web'), { spec: { template: { spec: { containers: [{ name: 'app', image: 'web:hacked' }] } } } });
    const report = await agent.reported({ generation: 1n, sync: 'SYNCED', healedCount: 1 });
    expect(report.drifted).toMatchObject([{ ref: deploy('web'), kind: 'CHANGED', managers: ['kubectl-edit'], fields: ['spec.template.spec.containers[name=app].image'], healedAt: expect.any(Date) }]);
    expect(agent.reports.some(({ sync, reason }) => sync === 'DRIFTED' && reason === 'DRIFT_DETECTED')).toBe(true);
    expect(JSON.stringify(cluster.object(deploy('web'))?.['spec'])).toContain('web:1');
  });

  it('creates a deleted object again and knows it under its new UID', async () => {
    const before = cluster.object(cm('settings'))?.metadata.uid;
    await cluster.remove(cm('settings'));
    const report = await agent.reported({ generation: 1n, sync: 'SYNCED', healedCount: 2 });
    expect(report.drifted).toEqual([{ ref: cm('settings'), kind: 'DELETED', managers: [], fields: [], changes: [], healedAt: expect.any(Date) }]);
    expect(cluster.object(cm('settings'))?.metadata.uid).not.toBe(before);
  });

  it('puts its label back, so that it does not lose sight of the object', async () => {
    await cluster.edit(cm('settings'), { metadata: { labels: { [TARGET_LABEL]: null } } });
    await agent.reported({ generation: 1n, sync: 'SYNCED', healedCount: 3 });
    expect(cluster.object(cm('settings'))?.metadata.labels).toHaveProperty([TARGET_LABEL]);
  });

  it('leaves alone what it never declared', async () => {
    cluster.audit.mark();
    await cluster.edit(cm('settings'), { data: { theirs: 'x' }, metadata: { annotations: { note: 'hello' } } });
    await cluster.edit(cm('settings'), { data: { colour: 'red' } });
    await agent.reported({ generation: 1n, sync: 'SYNCED', healedCount: 4 });
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue', size: 'm', theirs: 'x' });
    expect(cluster.writes()).toEqual(['patch configmaps shop/settings']);
  });

  it('sees what happened while its watches were cut and their place was forgotten', async () => {
    cluster.sandbox.forgetHistory();
    cluster.sandbox.dropConnections();
    await cluster.edit(cm('settings'), { data: { colour: 'green' } });
    await agent.reported({ generation: 1n, sync: 'SYNCED', healedCount: 5 });
    expect(cluster.object(cm('settings'))?.['data']).toMatchObject({ colour: 'blue' });
  });

  it('creates everything again after its namespace was deleted', async () => {
    const uids = [cm('settings'), deploy('web')].map((ref) => cluster.object(ref)?.metadata.uid);
    await cluster.remove({ group: '', kind: 'Namespace', namespace: '', name: 'shop' });
    const isNew = (uid: string | undefined): boolean => uid !== undefined && !uids.includes(uid);
    await until('new objects', 20_000, () => ([cm('settings'), deploy('web')].every((ref) => isNew(cluster.object(ref)?.metadata.uid)) ? true : undefined));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });

  it('undoes the tenth edit in a row as fast as the first', async () => {
    const healed = agent.last()?.healedCount ?? 0;
    for (let turn = 1; turn <= 10; turn += 1) {
      await cluster.edit(deploy('web'), { spec: { replicas: 7 } });
      await agent.reported({ generation: 1n, sync: 'SYNCED', healedCount: healed + turn });
    }
  });

  it('slows down against a controller that fights it', async () => {
    const healed = agent.last()?.healedCount ?? 0;
    for (let edit = 0; edit < 40; edit += 1) {
      await cluster.edit(deploy('web'), { spec: { replicas: 7 + (edit % 2) } });
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
    await agent.reported({ generation: 1n, sync: 'DRIFTED' });
    expect((agent.last()?.healedCount ?? 0) - healed).toBeLessThanOrEqual(20);
  });
});
