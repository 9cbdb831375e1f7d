import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { OWNER_ANNOTATION, TARGET_LABEL, type KubeObject, type ObjectRef } from '#domain';
import { cm, configMap } from '../../../apps/agent/test/test-agent.js';
import { HUB } from '../../../apps/agent/test/test-orders.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';

jest.setTimeout(120_000);

const pvc = (name: string): ObjectRef => ({ group: '', kind: 'PersistentVolumeClaim', namespace: 'shop', name });
const claim = (name: string): KubeObject => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources: { requests: { storage: '1Gi' } } },
});
const plain = (...names: readonly string[]): readonly KubeObject[] => names.map((name) => configMap(name, { v: '1' }));
/** No move depends on how long somebody waits: the grace never ends by itself. */
const NEVER_MS = 3_600_000;

describeWithKubernetes('an object that moves between applications', () => {
  let stage: AgentStage;
  beforeAll(async () => {
    stage = await AgentStage.start({ namespaces: ['shop', 'web'], agent: { settings: { moveGraceMs: NEVER_MS } } });
  }, 180_000);
  afterAll(() => stage.stop(), 60_000);

  /** The object is where it was, under its UID, and carries the mark of its new owner. */
  const moved = async (ref: ObjectRef, uid: string, application: string): Promise<void> => {
    expect((await stage.live(ref)).metadata).toMatchObject({ uid, annotations: { [OWNER_ANNOTATION]: `${HUB}/default/${application}` } });
    expect(stage.deletes()).toEqual([]);
  };

  it('moves when its new application is looked at first', async () => {
    await stage.applied('a1', plain('m1', 's1'));
    const uid = await stage.uidOf(cm('m1'));
    stage.mark();
    const taken = await stage.order('b1', plain('m1'));
    await stage.said('b1', { generation: taken, reason: 'OBJECT_CLAIMED' });
    await stage.said('a1', { generation: await stage.order('a1', plain('s1')), sync: 'SYNCED', objectCount: 1 });
    await stage.said('b1', { generation: taken, sync: 'SYNCED', health: 'HEALTHY' });
    await moved(cm('m1'), uid, 'b1');
  });

  it('moves when the application that drops it is looked at first, however much later the other one comes', async () => {
    await stage.applied('a2', plain('m2', 's2'));
    const uid = await stage.uidOf(cm('m2'));
    stage.mark();
    const dropped = await stage.order('a2', plain('s2'));
    await stage.said('a2', { generation: dropped, sync: 'APPLYING' }, 'removed in a moment, unless another application takes them over');
    const declared = await stage.order('b2', plain('m2'));
    await stage.said('b2', { generation: declared, sync: 'SYNCED', health: 'HEALTHY' });
    await stage.said('a2', { generation: dropped, sync: 'SYNCED', objectCount: 1 });
    await moved(cm('m2'), uid, 'b2');
  });

  it('moves although its old application is deleted at the same time, whichever order comes first', async () => {
    for (const [from, to, ref] of [['a3', 'b3', cm('m3')], ['a4', 'b4', cm('m4')]] as const) {
      await stage.applied(from, plain(ref.name));
      const uid = await stage.uidOf(ref);
      stage.mark();
      const late = from === 'a3' ? await stage.order(to, plain(ref.name)) : undefined;
      const removal = await stage.remove(from);
      if (late === undefined) await stage.said(from, { generation: removal, sync: 'REMOVING' }, 'unless another application takes the objects over');
      await stage.said(to, { generation: late ?? (await stage.order(to, plain(ref.name))), sync: 'SYNCED', health: 'HEALTHY' });
      await stage.said(from, { generation: removal, sync: 'REMOVED' });
      await moved(ref, uid, to);
    }
  });

  it('moves although two applications exchange objects', async () => {
    await stage.applied('a5', plain('x5', 's5'));
    await stage.applied('b5', plain('y5', 't5'));
    const [x, y] = [await stage.uidOf(cm('x5')), await stage.uidOf(cm('y5'))];
    stage.mark();
    const [one, other] = [await stage.order('a5', plain('y5', 's5')), await stage.order('b5', plain('x5', 't5'))];
    await stage.said('a5', { generation: one, sync: 'SYNCED', health: 'HEALTHY' });
    await stage.said('b5', { generation: other, sync: 'SYNCED', health: 'HEALTHY' });
    await moved(cm('x5'), x, 'b5');
    await moved(cm('y5'), y, 'a5');
  });

  it('waits where it is for an application that waits for its dependencies, however long, and is removed when nobody declares it any more', async () => {
    await stage.applied('a9', plain('m9', 'n9', 's9', 't9', 'u9'));
    const uid = await stage.uidOf(cm('m9'));
    await stage.startAgent({ settings: { moveGraceMs: 1, moveGraceMaxMs: 1 } });
    stage.mark();
    const declared = await stage.order('b9', plain('m9', 'n9'), { dependsOn: ['c9', 'a9'] });
    await stage.said('b9', { generation: declared, reason: 'DEPENDENCY_NOT_READY' });
    const dropped = await stage.order('a9', plain('s9', 't9', 'u9'));
    await stage.said('a9', { generation: dropped, sync: 'SYNCED', reason: 'SYNCED', objectCount: 5 }, 'left for an application that declares it and is held: ConfigMap shop/m9; ConfigMap shop/n9');
    // Another process knows it from what is stored.
    await stage.startAgent({ settings: { moveGraceMs: 1 } });
    await stage.said('a9', { generation: dropped, sync: 'SYNCED', objectCount: 5 }, 'left for an application');
    expect(stage.deletes()).toEqual([]);
    const less = await stage.order('b9', plain('m9'), { dependsOn: ['c9', 'a9'] });
    await stage.said('a9', { generation: dropped, sync: 'SYNCED', objectCount: 4 }, 'left for an application that declares it and is held: ConfigMap shop/m9');
    expect(stage.deletes()).toEqual(['configmaps shop/n9']);
    stage.mark();
    await stage.applied('c9', plain('c9'));
    await stage.said('b9', { generation: less, sync: 'SYNCED', health: 'HEALTHY' });
    await stage.said('a9', { generation: dropped, sync: 'SYNCED', message: '', objectCount: 3 });
    await moved(cm('m9'), uid, 'b9');
    await stage.startAgent({ settings: { moveGraceMs: NEVER_MS } });
  });

  it('stays for an application that waits for its dependencies although its old one is deleted', async () => {
    await stage.applied('a10', plain('m10'));
    const uid = await stage.uidOf(cm('m10'));
    await stage.startAgent({ settings: { moveGraceMs: 1, moveGraceMaxMs: 1 } });
    stage.mark();
    const declared = await stage.order('b10', plain('m10'), { dependsOn: ['c10'] });
    await stage.said('b10', { generation: declared, reason: 'DEPENDENCY_NOT_READY' });
    await stage.removed('a10');
    await stage.applied('c10', plain('c10'));
    await stage.said('b10', { generation: declared, sync: 'SYNCED', health: 'HEALTHY' });
    await moved(cm('m10'), uid, 'b10');
    await stage.startAgent({ settings: { moveGraceMs: NEVER_MS } });
  });

  it('does not count for the prune guard, and needs no approval, whatever it holds', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `many${index}`);
    await stage.applied('a6', [...plain(...names, 's6', 't6', 'u6', 'v6')]);
    const holder = await stage.order('h6', [claim('data'), ...plain('h6')]);
    await stage.said('h6', { generation: holder, sync: 'SYNCED' });
    const uid = await stage.uidOf(pvc('data'));
    stage.mark();
    const declared = await stage.order('b6', [...plain(...names), claim('data')]);
    await stage.said('a6', { generation: await stage.order('a6', plain('s6', 't6', 'u6', 'v6')), sync: 'SYNCED', objectCount: 4, pendingRemoval: undefined });
    await stage.said('h6', { generation: await stage.order('h6', plain('h6')), sync: 'SYNCED', objectCount: 1 });
    await stage.said('b6', { generation: declared, sync: 'SYNCED' });
    await moved(pvc('data'), uid, 'b6');
  });

  it('is another object in another namespace: the old one is pruned, the new one made', async () => {
    await stage.applied('a7', plain('m7', 's7', 't7'));
    await stage.startAgent();
    stage.mark();
    await stage.applied('a7', [...plain('s7', 't7'), configMap('m7', { v: '1' }, { namespace: 'web' })]);
    expect(await stage.find(cm('m7'))).toBeUndefined();
    expect(await stage.find(cm('m7', 'web'))).toBeDefined();
    expect(stage.deletes()).toEqual(['configmaps shop/m7']);
  });

  it('is the same object under another group of the API: it is not pruned under the old one', async () => {
    const about = { kind: 'Namespace', name: 'shop', namespace: 'shop' };
    const said = { reason: 'Told', type: 'Normal', action: 'Tell', eventTime: '2026-01-01T00:00:00.000000Z', reportingInstance: 'test' };
    const old = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'm11' }, involvedObject: about, message: 'as it was', reportingComponent: 'example.com/test', ...said };
    const renamed = { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'm11' }, regarding: about, note: 'as it was', reportingController: 'example.com/test', ...said };
    await stage.startAgent();
    await stage.applied('a11', [old, ...plain('s11', 't11')]);
    const event = { group: '', kind: 'Event', namespace: 'shop', name: 'm11' };
    const uid = await stage.uidOf(event);
    stage.mark();
    await stage.applied('a11', [renamed, ...plain('s11', 't11')]);
    expect(stage.deletes()).toEqual([]);
    expect(await stage.uidOf(event)).toBe(uid);
    expect(stage.agent.last('a11')).toMatchObject({ objectCount: 3, drifted: [] });
  });

  it('copies of its marks are nobody to prune: neither what an operator made from it, nor what has taken its name', async () => {
    await stage.applied('a8', plain('m8', 'n8', 's8', 't8', 'u8'));
    const { metadata } = await stage.live(cm('m8'));
    const marks = { labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} };
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'm8', uid: metadata.uid ?? '' };
    expect(Object.keys(marks.labels)).toContain(TARGET_LABEL);
    must(await stage.admin.create({ ...configMap('copy', { v: '1' }), metadata: { name: 'copy', namespace: 'shop', ...marks } }));
    must(await stage.admin.create({ ...configMap('owned', { v: '1' }), metadata: { name: 'owned', namespace: 'shop', ...marks, ownerReferences: [owner] } }));
    await stage.startAgent({ settings: { moveGraceMs: NEVER_MS } });
    const dropped = await stage.order('a8', plain('s8', 't8', 'u8'));
    await stage.said('a8', { generation: dropped, sync: 'APPLYING' }, 'removed in a moment');
    await stage.delete(cm('n8'));
    must(await stage.admin.create({ ...configMap('n8', { by: 'somebody else' }), metadata: { name: 'n8', namespace: 'shop', ...marks } }));
    stage.mark();
    await stage.startAgent();
    await stage.said('a8', { generation: dropped, sync: 'SYNCED', objectCount: 3 });
    expect(stage.deletes()).toEqual(['configmaps shop/m8']);
    expect(await stage.find(cm('copy'))).toBeDefined();
    expect((await stage.live(cm('n8')))['data']).toEqual({ by: 'somebody else' });
  });
});
