import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { OWNER_ANNOTATION, TARGET_LABEL, type KubeObject, type ObjectRef } from '#domain';
import { cm, configMap } from '../../../apps/agent/test/test-agent.js';
import { parseManifest } from '../../e2e/stage/join-cluster.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';

jest.setTimeout(120_000);

const ARGO = 'argocd.argoproj.io/sync-options';
const rest = (prefix: string): readonly KubeObject[] => ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => configMap(`${prefix}-${name}`, { v: '1' }));
const asking = (name: string, annotations: Readonly<Record<string, string>>): KubeObject => configMap(name, { v: '1' }, { annotations });
/** The example of docs/pruning.md, as it stands there. */
const example = (): readonly KubeObject[] => [...readFileSync('docs/pruning.md', 'utf8').matchAll(/^```yaml\n([^]*?)^```$/gm)].flatMap(([, text = '']) => parseManifest(text));

describeWithKubernetes('an object that asks what becomes of it', () => {
  let stage: AgentStage;
  beforeAll(async () => {
    stage = await AgentStage.start();
  }, 180_000);
  afterAll(() => stage.stop(), 60_000);

  const isLetGo = async (ref: ObjectRef): Promise<void> => {
    const { metadata } = await stage.live(ref);
    expect(metadata.annotations ?? {}).not.toHaveProperty([OWNER_ANNOTATION]);
    expect(metadata.labels ?? {}).not.toHaveProperty([TARGET_LABEL]);
  };

  it('stays, unmarked and named once, also where its annotation left Git in the same commit or was taken off by hand', async () => {
    const [claim] = example();
    if (claim === undefined) throw new Error('the page has no example');
    const ref: ObjectRef = { group: '', kind: 'PersistentVolumeClaim', namespace: 'shop', name: claim.metadata.name };
    await stage.said('s1', {
      generation: await stage.order('s1', [...rest('s1'), claim, asking('s1-helm', { 'helm.sh/resource-policy': 'keep' }), asking('s1-argo', { [ARGO]: 'Prune=false' })]),
      sync: 'SYNCED',
      objectCount: 10,
    });
    await stage.edit(cm('s1-helm'), { metadata: { annotations: { 'helm.sh/resource-policy': null } } });
    stage.mark();
    const { message } = await stage.said('s1', { generation: await stage.order('s1', rest('s1')), sync: 'SYNCED', reason: 'OBJECTS_KEPT', objectCount: 7 });
    expect(message).toBe('3 objects ask to stay and were let go: ConfigMap shop/s1-argo; ConfigMap shop/s1-helm; PersistentVolumeClaim shop/data');
    for (const kept of [ref, cm('s1-helm'), cm('s1-argo')]) await isLetGo(kept);
    await stage.said('s1', { generation: await stage.order('s1', rest('s1')), sync: 'SYNCED', reason: 'SYNCED', message: '' });
    expect(stage.deletes()).toEqual([]);
  });

  it('waits for a person where it is protected, by our annotation or by that of Argo CD, in Git or by hand', async () => {
    const objects = [asking('s2-ours', { 'capstan.dev/protect': 'true' }), asking('s2-argo', { [ARGO]: 'Prune=confirm' }), configMap('s2-hand', { v: '1' })];
    await stage.applied('s2', [...rest('s2'), ...objects]);
    await stage.edit(cm('s2-hand'), { metadata: { annotations: { 'capstan.dev/protect': 'true' } } });
    stage.mark();
    for (const dropped of objects) {
      const asked = await stage.said('s2', { generation: await stage.order('s2', [...rest('s2'), ...objects.filter((object) => object !== dropped)]), reason: 'PRUNE_NEEDS_APPROVAL' });
      expect(asked.pendingRemoval?.objects).toEqual([cm(dropped.metadata.name)]);
    }
    expect(stage.deletes()).toEqual([]);
  });

  it('is asked about when its target is removed, or stays; what is said of prunes alone does not count there', async () => {
    await stage.applied('s3', [...rest('s3'), asking('s3-keep', { [ARGO]: 'Delete=false' }), asking('s3-ask', { [ARGO]: 'Delete=confirm' }), asking('s3-prune', { [ARGO]: 'Prune=false' })]);
    stage.mark();
    const asked = await stage.said('s3', { generation: await stage.remove('s3'), sync: 'AWAITING_APPROVAL', reason: 'REMOVAL_NEEDS_APPROVAL' });
    expect(asked.pendingRemoval?.objects).toEqual([cm('s3-ask')]);
    await isLetGo(cm('s3-keep'));
    const digest = asked.pendingRemoval?.digest;
    await stage.removed('s3', { approvedRemovals: digest === undefined ? [] : [digest] });
    expect(stage.deletes().toSorted()).toEqual([...['a', 'ask', 'b', 'c', 'd', 'e', 'f', 'g', 'prune'].map((name) => `configmaps shop/s3-${name}`)]);
  });
});
