import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { digestOf, type Digest } from '#kernel';
import type { KubeObject, ObjectRef } from '#domain';
import { until } from '#testing';
import { cm, configMap, deployment } from '../../../apps/agent/test/test-agent.js';
import { hookJob } from '../../../apps/agent/test/hook-objects.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage, SYSTEM } from '../stage/agent-stage.js';

jest.setTimeout(120_000);

const NEVER = { finalizers: ['example.com/never'] };
const namespaceRef = (name: string): ObjectRef => ({ group: '', kind: 'Namespace', namespace: '', name });
const some = (prefix: string, count = 4): readonly KubeObject[] => Array.from({ length: count }, (_, index) => configMap(`${prefix}-${index}`, { v: '1' }));

describeWithKubernetes('a deletion that is stuck', () => {
  let stage: AgentStage;
  beforeAll(async () => {
    stage = await AgentStage.start();
  }, 180_000);
  afterAll(() => stage.stop(), 60_000);

  it('names the object, what holds it and since when; fifty others are applied, pruned and removed meanwhile', async () => {
    await stage.applied('stuck', [configMap('held', { v: '1' }, NEVER), ...some('stuck')]);
    stage.mark();
    const pruned = await stage.order('stuck', some('stuck'));
    const { message } = await stage.said('stuck', { generation: pruned, sync: 'SYNCED', reason: 'PRUNE_BLOCKED', objectCount: 5 });
    expect(message).toMatch(/^ConfigMap shop\/held waits for example.com\/never since 20[-\dT:]+Z$/);
    const others = Array.from({ length: 50 }, (_, index) => `other${index}`);
    const first = await Promise.all(others.map((name) => stage.order(name, some(name, 5))));
    await Promise.all(others.map((name, index) => stage.said(name, { generation: first[index] ?? 0n, sync: 'SYNCED', health: 'HEALTHY' })));
    const second = await Promise.all(others.map((name) => stage.order(name, some(name, 4))));
    await Promise.all(others.map((name, index) => stage.said(name, { generation: second[index] ?? 0n, sync: 'SYNCED', objectCount: 4 })));
    await Promise.all(others.map((name) => stage.removed(name)));
    expect(stage.deletes().filter((one) => one.includes('/other'))).toHaveLength(250);
    expect(stage.agent.last('stuck')).toMatchObject({ sync: 'SYNCED', reason: 'PRUNE_BLOCKED' });
    expect(stage.deletes().filter((one) => one.endsWith('/held'))).toHaveLength(1);
    await stage.edit(cm('held'), { metadata: { finalizers: null } });
    await stage.said('stuck', { generation: pruned, sync: 'SYNCED', reason: 'SYNCED', objectCount: 4 });
  });

  it('holds up the removal of its own target alone, and that goes on by itself', async () => {
    await stage.applied('leaving', [configMap('held2', { v: '1' }, NEVER), deployment('leaving', 'example.com/web:1')]);
    const removal = await stage.remove('leaving');
    await stage.said('leaving', { generation: removal, sync: 'REMOVING', reason: 'PRUNE_BLOCKED' }, 'ConfigMap shop/held2 waits for example.com/never since 20');
    await stage.applied('beside', some('beside'));
    await stage.edit(cm('held2'), { metadata: { finalizers: null } });
    await stage.said('leaving', { generation: removal, sync: 'REMOVED' });
  });

  it('of a whole namespace is said with what holds it up, and the release goes on when the namespace is back', async () => {
    await stage.applied('inside', [configMap('kept-inside', { v: '1' })], { namespace: 'room' });
    must(await stage.admin.create({ ...configMap('guest', { v: '1' }), metadata: { name: 'guest', namespace: 'room', ...NEVER } }));
    await stage.applied('near', some('near'));
    await stage.delete(namespaceRef('room'));
    await until('the namespace says what holds it up', 60_000, async () => (JSON.stringify(await stage.live(namespaceRef('room'))).includes('NamespaceFinalizersRemaining') ? true : undefined));
    const next = await stage.order('inside', [configMap('kept-inside', { v: '2' }), configMap('more', { v: '2' })], { namespace: 'room' });
    const { message } = await stage.said('inside', { generation: next, reason: 'NAMESPACE_TERMINATING' }, 'example.com/never');
    expect(message).toContain('namespace room is being deleted since 20');
    await stage.applied('near', some('near', 5));
    await stage.edit({ ...cm('guest'), namespace: 'room' }, { metadata: { finalizers: null } });
    await stage.said('inside', { generation: next, sync: 'SYNCED', health: 'HEALTHY' });
    expect((await stage.live({ ...cm('more'), namespace: 'room' }))['data']).toEqual({ v: '2' });
  });

  it('of a namespace that was approved is tracked with what remains in it', async () => {
    const yard: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'yard' } };
    await stage.applied('yard', [yard, ...some('yard')]);
    must(await stage.admin.create({ ...configMap('guest', { v: '1' }), metadata: { name: 'guest', namespace: 'yard', ...NEVER } }));
    const asked = await stage.said('yard', { generation: await stage.order('yard', some('yard')), sync: 'AWAITING_APPROVAL', reason: 'PRUNE_NEEDS_APPROVAL' });
    const digest: Digest = asked.pendingRemoval?.digest ?? digestOf('nothing');
    const approved = await stage.order('yard', some('yard'), { approvedPrunes: [digest] });
    await stage.said('yard', { generation: approved, sync: 'SYNCED', reason: 'PRUNE_BLOCKED' }, 'example.com/never in 1 resource instances');
    await stage.edit({ ...cm('guest'), namespace: 'yard' }, { metadata: { finalizers: null } });
    await stage.said('yard', { generation: approved, sync: 'SYNCED', reason: 'SYNCED' });
  });

  it('never is one of the agent itself: refused where Git declares it, as a hook too, left alone where an inventory holds it', async () => {
    const role = (annotations: Readonly<Record<string, string>> = {}): KubeObject => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'capstan-agent', annotations }, rules: [] });
    const atHome = hookJob('state', { 'capstan.dev/hook': 'before' });
    const own: readonly [KubeObject, string][] = [
      [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM } }, 'is in the namespace of the agent'],
      [configMap('state', { v: '1' }, { namespace: SYSTEM }), 'is in the namespace of the agent'],
      [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'capstan-inventory', namespace: SYSTEM } }, 'is in the namespace of the agent'],
      [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'capstan-agent', namespace: SYSTEM } }, 'is in the namespace of the agent'],
      [{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'capstan-agent', namespace: SYSTEM }, spec: {} }, 'is in the namespace of the agent'],
      [{ ...atHome, metadata: { ...atHome.metadata, namespace: SYSTEM } }, 'is in the namespace of the agent'],
      [role(), "carries the label of the agent's chart"],
      [role({ 'capstan.dev/apply': 'force,replace' }), "carries the label of the agent's chart"],
      [role({ 'capstan.dev/hook': 'before', 'capstan.dev/hook-delete': 'before-creation' }), "carries the label of the agent's chart"],
    ];
    stage.mark();
    for (const [index, [object, why]] of own.entries()) {
      const refused = await stage.order(`self${index}`, [object, configMap(`self${index}`, { v: '1' })]);
      await stage.said(`self${index}`, { generation: refused, reason: 'RESERVED_NAMESPACE' }, why);
    }
    // What would come only with the end of an application holds that end up.
    await stage.applied('selfless', [role({ 'capstan.dev/hook': 'before-removal' }), configMap('selfless', { v: '1' })]);
    await stage.said('selfless', { generation: await stage.remove('selfless'), sync: 'REMOVING', reason: 'OBJECT_CLAIMED' }, 'ClusterRole.rbac.authorization.k8s.io capstan-agent is there already');
    expect(await stage.find(cm('selfless'))).toBeDefined();
    await stage.removed('selfless', { mode: 'ORPHAN' });
    // A ConfigMap of an application that becomes part of the agent's chart is out of reach from then on.
    await stage.applied('self', [...some('self', 5)]);
    await stage.edit(cm('self-4'), { metadata: { labels: { 'app.kubernetes.io/part-of': 'capstan-agent' } } });
    await stage.said('self', { generation: await stage.order('self', some('self', 4)), sync: 'SYNCED', objectCount: 4 });
    await stage.removed('self');
    expect(await stage.find(cm('self-4'))).toBeDefined();
    expect(stage.writes().filter((write) => write.includes('capstan'))).toEqual([]);
    expect(stage.deletes().toSorted()).toEqual(some('self', 4).map(({ metadata }) => `configmaps shop/${metadata.name}`));
  });
});
