import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { BROKEN_TAG, until } from '#testing';
import { cm, configMap, deployment } from '../../../apps/agent/test/test-agent.js';
import { anAssignment, aTombstone } from '../../../apps/agent/test/test-orders.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';

jest.setTimeout(120_000);

/** `dependsOn` on a real control plane: what was written when is what the audit log says. */
describeWithKubernetes('applications that need each other', () => {
  let stage: AgentStage;
  beforeAll(async () => {
    stage = await AgentStage.start({ namespaces: [] });
    stage.source.put('web-1', [configMap('web', { v: '1' })]);
    stage.source.put('web-2', [configMap('web', { v: '2' })]);
    stage.source.put('certs-stuck', [deployment('certs', `example.com/certs:${BROKEN_TAG}`)]);
    stage.source.put('certs-ready', [deployment('certs', 'example.com/certs:1')]);
  }, 180_000);
  afterAll(async () => stage.stop(), 60_000);

  it('nothing of the one is written before the other is healthy', async () => {
    await stage.agent.accept(anAssignment({ application: 'web', generation: 1, release: 'web-1', dependsOn: ['certs'] }), anAssignment({ application: 'certs', generation: 2, release: 'certs-stuck' }));
    await until('web waits for the Deployment', 60_000, () => stage.agent.last('web')?.message.startsWith('certs is PROGRESSING') || undefined, () => stage.agent.last('web')?.message ?? '');
    expect(stage.writesIn('shop').filter((write) => write.includes('configmaps web'))).toEqual([]);
    await stage.agent.accept(anAssignment({ application: 'certs', generation: 3, release: 'certs-ready' }));
    await stage.said('web', { generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    const { status } = Object(await stage.find({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'certs' })) as { readonly status?: { readonly readyReplicas?: number } };
    expect(status?.readyReplicas).toBe(1);
  });

  it('a killed agent goes on waiting, and heals meanwhile what runs', async () => {
    await stage.agent.accept(anAssignment({ application: 'certs', generation: 4, release: 'certs-stuck' }));
    await stage.said('certs', { generation: 4n, health: 'PROGRESSING' });
    await stage.agent.accept(anAssignment({ application: 'web', generation: 5, release: 'web-2', dependsOn: ['certs'] }));
    await stage.said('web', { generation: 5n, reason: 'DEPENDENCY_NOT_READY' });
    await stage.startAgent();
    await stage.said('web', { generation: 5n, reason: 'DEPENDENCY_NOT_READY' });
    await stage.edit(cm('web'), { data: { v: 'by hand' } });
    await until('what runs is healed', 60_000, async () => (JSON.stringify((await stage.find(cm('web')))?.['data']) === '{"v":"1"}' ? true : undefined));
    await stage.agent.accept(anAssignment({ application: 'certs', generation: 6, release: 'certs-ready' }));
    await stage.said('web', { generation: 5n, sync: 'SYNCED', health: 'HEALTHY' });
    expect((await stage.find(cm('web')))?.['data']).toEqual({ v: '2' });
  });

  it('what is needed is deleted after what needs it, whichever order comes first', async () => {
    stage.mark();
    await stage.agent.accept(aTombstone({ application: 'certs', generation: 7, mode: 'DELETE' }), aTombstone({ application: 'web', generation: 8, mode: 'DELETE', dependsOn: ['certs'] }));
    await stage.said('certs', { generation: 7n, sync: 'REMOVED' });
    await stage.said('web', { generation: 8n, sync: 'REMOVED' });
    expect(stage.writesIn('shop')).toEqual(['delete configmaps web', 'delete deployments certs']);
  });

  it('in a circle, which only orders of different times can make, wait and say for whom, lose nothing, and are removed all the same', async () => {
    stage.mark();
    await stage.agent.accept(anAssignment({ application: 'web', generation: 9, release: 'web-1', dependsOn: ['certs'] }), anAssignment({ application: 'certs', generation: 10, release: 'certs-ready', dependsOn: ['web'] }));
    await stage.said('web', { generation: 9n, sync: 'PENDING', reason: 'DEPENDENCY_NOT_READY', message: 'certs is not applied yet (PENDING)' });
    await stage.said('certs', { generation: 10n, sync: 'PENDING', reason: 'DEPENDENCY_NOT_READY', message: 'web is not applied yet (PENDING)' });
    expect(stage.writesIn('shop')).toEqual([]);
    await stage.agent.accept(anAssignment({ application: 'certs', generation: 11, release: 'certs-ready' }));
    await stage.said('web', { generation: 9n, sync: 'SYNCED', health: 'HEALTHY' });
    await stage.agent.accept(aTombstone({ application: 'certs', generation: 12, mode: 'DELETE', dependsOn: ['web'] }), aTombstone({ application: 'web', generation: 13, mode: 'DELETE', dependsOn: ['certs'] }));
    await stage.said('certs', { generation: 12n, sync: 'REMOVED' });
    await stage.said('web', { generation: 13n, sync: 'REMOVED' });
  });
});
