import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrangeTree, kindsBelow, MAX_TREE_NODES, treeObjectOf, type ObjectRef, type TreeObject, type TreeRoot } from '#domain';
import { anObject } from '#testing';

const ref = (kind: string, name: string): ObjectRef => ({ group: kind === 'Pod' ? '' : 'apps', kind, namespace: 'shop', name });
const root = (kind: string, name: string, uid: string | undefined = name): TreeRoot => ({ ref: ref(kind, name), uid, health: 'HEALTHY', message: '' });
const object = (kind: string, name: string, ...owners: readonly string[]): TreeObject => ({
  ref: ref(kind, name), uid: name, owners: owners.map((uid) => ({ uid, apiVersion: 'apps/v1', kind: 'X', name: uid })), health: 'HEALTHY', message: '', createdAt: '2026-01-01T00:00:00Z', status: 'Running', pod: undefined,
});
const drawn = (tree: ReturnType<typeof arrangeTree>): readonly string[] => tree.nodes.map(({ id, parentId }) => (parentId === undefined ? id : `${parentId} > ${id}`));

describe('arrangeTree', () => {
  it('puts what is owned below its owner, and first the roots that own something', () => {
    const tree = arrangeTree([root('ConfigMap', 'a'), root('Deployment', 'web')], [object('Pod', 'web-1-b', 'web-1'), object('ReplicaSet', 'web-1', 'web'), object('Pod', 'web-1-a', 'web-1'), object('Pod', 'foreign', 'other')]);
    expect(drawn(tree)).toEqual(['web', 'web > web-1', 'web-1 > web-1-a', 'web-1 > web-1-b', 'a']);
    expect(tree.isTruncated).toBe(false);
  });

  it('shows what is read of a root, and a root that is not there', () => {
    const { nodes } = arrangeTree([root('Deployment', 'web'), { ...root('Deployment', 'gone', undefined), uid: undefined, health: 'MISSING', message: 'Not in the cluster' }], [object('Deployment', 'web')]);
    expect(nodes).toMatchObject([{ id: 'missing:apps/Deployment/shop/gone', uid: undefined, health: 'MISSING', createdAt: undefined }, { id: 'web', status: 'Running', createdAt: '2026-01-01T00:00:00Z' }]);
  });

  it('cuts what is too much, and says so', () => {
    const tree = arrangeTree([root('Deployment', 'web')], Array.from({ length: MAX_TREE_NODES + 5 }, (_, index) => object('Pod', `p${index}`, 'web')));
    expect(tree.nodes).toHaveLength(MAX_TREE_NODES);
    expect(tree.isTruncated).toBe(true);
  });

  it('shows each object once, parents first, whatever the owner references say', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(names, fc.array(names, { maxLength: 3 })), { selector: ([name]) => name }), fc.uniqueArray(names), (owned, roots) => {
        const { nodes } = arrangeTree(roots.map((name) => root('Pod', name)), owned.map(([name, owners]) => object('Pod', name, ...owners)));
        const seen = new Set<string>();
        for (const { id, parentId } of nodes) {
          expect(seen.has(id)).toBe(false);
          expect(parentId === undefined ? roots.some((name) => name === id) : seen.has(parentId)).toBe(true);
          seen.add(id);
        }
        expect(roots.every((name) => seen.has(name))).toBe(true);
      }),
    );
  });
});

describe('kindsBelow', () => {
  it.each<[string, ObjectRef, readonly string[]]>([
    ['a Deployment', ref('Deployment', 'web'), ['Deployment', 'ReplicaSet', 'Pod']],
    ['a CronJob', { group: 'batch', kind: 'CronJob', namespace: 'shop', name: 'c' }, ['CronJob', 'Job', 'Pod']],
    ['a ConfigMap', { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'c' }, []],
    ['an Ingress', { group: 'networking.k8s.io', kind: 'Ingress', namespace: 'shop', name: 'i' }, []],
    ['a custom object', { group: 'kafka.strimzi.io', kind: 'Kafka', namespace: 'shop', name: 'k' }, ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'ReplicaSet', 'Pod']],
    ['a custom object of the cluster', { group: 'example.com', kind: 'Tenant', namespace: '', name: 't' }, []],
  ])('%s', (_what, owner, kinds) => {
    expect(kindsBelow(owner).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('treeObjectOf', () => {
  const pod = (status: object, spec: object = { containers: [{ name: 'app' }, { name: 'sidecar' }], initContainers: [{ name: 'prepare' }] }) =>
    treeObjectOf(anObject('v1', 'Pod', 'shop/p', { metadata: { uid: 'u' }, ...(JSON.parse(JSON.stringify({ spec, status })) as object) }), new Date('2026-01-01T00:00:00Z'));

  it('counts containers and restarts of a pod', () => {
    expect(pod({ phase: 'Running', containerStatuses: [{ name: 'app', ready: true, restartCount: 2 }, { name: 'sidecar', ready: false, restartCount: 1 }] })?.pod).toEqual({ ready: 1, total: 2, restarts: 3, containers: ['app', 'sidecar', 'prepare'] });
  });

  it.each([
    ['Running', { phase: 'Running' }],
    ['Completed', { phase: 'Succeeded' }],
    ['Evicted', { phase: 'Failed', reason: 'Evicted' }],
    ['CrashLoopBackOff', { phase: 'Running', containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] }],
    ['OOMKilled', { phase: 'Running', containerStatuses: [{ state: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }] }],
    ['Pending', {}],
  ])('calls a pod %s', (expected, status) => {
    expect(pod(status)?.status).toBe(expected);
  });

  it.each([
    ['apps/v1', 'Deployment', { spec: { replicas: 3 }, status: { readyReplicas: 2 } }, '2/3 ready'],
    ['apps/v1', 'DaemonSet', { status: { numberReady: 1, desiredNumberScheduled: 4 } }, '1/4 ready'],
    ['batch/v1', 'Job', { spec: { completions: 2 }, status: { succeeded: 1 } }, '1/2 done'],
    ['batch/v1', 'CronJob', { spec: { suspend: true } }, 'Suspended'],
    ['v1', 'ConfigMap', {}, ''],
  ])('says of %s %s', (apiVersion, kind, rest, expected) => {
    expect(treeObjectOf(anObject(apiVersion, kind, 'shop/x', { metadata: { uid: 'u' }, ...rest }), new Date())?.status).toBe(expected);
  });
});
