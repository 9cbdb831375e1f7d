import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OWNER_ANNOTATION, TARGET_LABEL } from '#domain';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { aTombstone, anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

const asking = (name: string, annotations: Readonly<Record<string, string>>) => configMap(name, { v: '1' }, { annotations });
const HELM = { 'helm.sh/resource-policy': 'keep' };
const ARGO = 'argocd.argoproj.io/sync-options';

describe('an object that asks to stay', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    const rest = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => configMap(name, { v: '1' }));
    const staying = [asking('helm', HELM), asking('ours', { 'capstan.dev/prune': 'disabled' }), asking('argo', { [ARGO]: 'Prune=false' })];
    const later = [asking('helm-later', HELM), asking('argo-later', { [ARGO]: 'Delete=false' }), asking('prune-only', { [ARGO]: 'Prune=false' }), asking('overruled', { ...HELM, 'capstan.dev/prune': 'enabled' })];
    source.put('all', [...rest, ...staying, ...later]);
    source.put('fewer', [...rest.slice(1), ...later]);
    source.put('again', [configMap('helm', { v: '2' })]);
    source.put('typo', [asking('typo', { 'capstan.dev/prune': 'disable' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'all' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', objectCount: 14 });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('leaves the inventory by a prune, loses our marks, and stays in the cluster', async () => {
    await cluster.edit(cm('ours'), { metadata: { annotations: { 'capstan.dev/prune': null } } });
    await agent.accept(anAssignment({ generation: 2, release: 'fewer' }));
    const { message } = await agent.reported({ generation: 2n, sync: 'SYNCED', reason: 'OBJECTS_KEPT', objectCount: 10 });
    expect(message).toBe('3 objects ask to stay and were let go: ConfigMap shop/argo; ConfigMap shop/helm; ConfigMap shop/ours');
    expect(cluster.deletes()).toEqual(['configmaps shop/a']);
    for (const name of ['helm', 'ours', 'argo']) {
      expect(cluster.object(cm(name))?.['data']).toEqual({ v: '1' });
      expect(cluster.object(cm(name))?.metadata.annotations ?? {}).not.toHaveProperty([OWNER_ANNOTATION]);
      expect(cluster.object(cm(name))?.metadata.labels ?? {}).not.toHaveProperty([TARGET_LABEL]);
    }
  });

  it('is said once', async () => {
    await agent.accept(anAssignment({ generation: 3, release: 'fewer' }));
    await agent.reported({ generation: 3n, sync: 'SYNCED', reason: 'SYNCED', message: '' });
  });

  it('may be taken up by another application', async () => {
    await agent.accept(anAssignment({ application: 'other', generation: 4, release: 'again' }));
    await agent.reported({ generation: 4n, sync: 'SYNCED', objectCount: 1 }, 'other');
    expect(cluster.object(cm('helm'))?.['data']).toEqual({ v: '2' });
  });

  it('stays when its application is deleted, without holding up the removal; what was said of prunes alone says nothing here', async () => {
    cluster.audit.mark();
    await agent.accept(aTombstone({ generation: 5, mode: 'DELETE' }));
    const { message } = await agent.reported({ generation: 5n, sync: 'REMOVED' });
    expect(message).toBe('2 objects ask to stay and were let go: ConfigMap shop/argo-later; ConfigMap shop/helm-later');
    expect(cluster.deletes().toSorted()).toEqual(['b', 'c', 'd', 'e', 'f', 'g', 'overruled', 'prune-only'].map((name) => `configmaps shop/${name}`));
    expect(cluster.object(cm('helm-later'))?.metadata.annotations ?? {}).not.toHaveProperty([OWNER_ANNOTATION]);
  });

  it('is refused with a wish that nobody understands', async () => {
    await agent.accept(anAssignment({ application: 'typo', generation: 6, release: 'typo' }));
    const { message } = await agent.reported({ generation: 6n, reason: 'INVALID_OBJECT' }, 'typo');
    expect(message).toContain('capstan.dev/prune is "disable"; it takes disabled or enabled');
  });
});
