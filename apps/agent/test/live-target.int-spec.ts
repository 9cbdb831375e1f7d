import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { targetId, type KubeObject, type ResourceTree } from '#domain';
import { until } from '#testing';
import type { LogQuestion } from '#wire';
import { configMap, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { anAssignment, idOf } from './test-orders.js';

jest.setTimeout(120_000);

const target = targetId(idOf('target', 'shop'));
const { signal } = new AbortController();
const READS = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['*'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  { apiGroups: [''], resources: ['serviceaccounts'], resourceNames: ['capstan-apply'], verbs: ['impersonate'] },
];

function aDefinition(kind: string, plural: string): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com', scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
    },
  };
}

describe('a target, live', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  beforeAll(async () => {
    cluster = await TestCluster.start();
    const source = new TestSource();
    agent = await TestAgent.start(cluster, source);
    const job: KubeObject = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'job:1' }] } } } };
    const objects = [configMap('settings', { colour: 'blue' }), deployment('web', 'web:1', 2), job];
    source.put('one', objects);
    source.put('two', [...objects, { apiVersion: 'example.com/v1', kind: 'Machine', metadata: { name: 'machine' } }]);
    for (const [kind, plural] of [['Machine', 'machines'], ['Part', 'parts']] as const) await cluster.create(aDefinition(kind, plural));
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    await cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'foreign', namespace: 'shop' }, spec: { containers: [{ name: 'app', image: 'x:1' }] } });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  const tree = async (): Promise<ResourceTree> => {
    const answer = await agent.core.requests.listResources(target, signal);
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.value;
  };
  const lines = ({ nodes }: ResourceTree): readonly string[] =>
    nodes.map(({ id, parentId, ref, status }) => `${nodes.find((node) => node.id === parentId)?.ref.kind ?? ''}>${ref.kind} ${status}${id === '' ? '!' : ''}`);
  const aPod = async (owner: string): Promise<string> => {
    const { nodes } = await tree();
    const found = nodes.find(({ ref, parentId }) => ref.kind === 'Pod' && nodes.find((node) => node.id === parentId)?.ref.kind === owner);
    if (found === undefined) throw new Error('no pod');
    return found.ref.name;
  };

  describe('the tree', () => {
    it('goes from the inventory down to the pods, and holds nothing of others', async () => {
      const found = await tree();
      expect(found).toMatchObject({ isTruncated: false, unread: [] });
      expect(lines(found)).toEqual([
        '>Deployment 2/2 ready', 'Deployment>ReplicaSet 2/2 ready', 'ReplicaSet>Pod Running', 'ReplicaSet>Pod Running', '>Job 1/1 done', 'Job>Pod Completed', '>ConfigMap ',
      ]);
      expect(found.nodes.find(({ ref }) => ref.kind === 'Pod')).toMatchObject({ health: 'HEALTHY', pod: { ready: 1, total: 1, restarts: 0, containers: ['app'] }, createdAt: expect.stringMatching(/Z$/) });
    });

    it('goes through kinds that nobody knows, by what their objects say', async () => {
      await agent.accept(anAssignment({ generation: 2, release: 'two' }));
      await agent.reported({ generation: 2n, sync: 'SYNCED', health: 'HEALTHY' });
      const owned = async (kind: string, name: string, owner: { readonly kind: string; readonly name: string }, rest: object, group = 'example.com'): Promise<void> => {
        const { uid = '' } = cluster.object({ group: 'example.com', kind: owner.kind, namespace: 'shop', name: owner.name })?.metadata ?? {};
        const asJson = JSON.parse(JSON.stringify(rest)) as object;
        await cluster.create({ ...asJson, apiVersion: group === '' ? 'v1' : 'example.com/v1', kind, metadata: { name, namespace: 'shop', ownerReferences: [{ apiVersion: 'example.com/v1', kind: owner.kind, name: owner.name, uid }] } });
      };
      await owned('Part', 'part', { kind: 'Machine', name: 'machine' }, {});
      await owned('Pod', 'part-0', { kind: 'Part', name: 'part' }, { spec: { containers: [{ name: 'app', image: 'x:1' }] } }, '');
      const { nodes } = await tree();
      const path = (name: string): readonly string[] => {
        const node = nodes.find(({ ref }) => ref.name === name);
        return node === undefined ? [] : [...path(nodes.find(({ id }) => id === node.parentId)?.ref.name ?? ''), `${node.ref.kind} ${name}`];
      };
      expect(path('part-0')).toEqual(['Machine machine', 'Part part', 'Pod part-0']);
      expect(nodes.some(({ ref }) => ref.name === 'foreign')).toBe(false);
      await agent.accept(anAssignment({ generation: 3, release: 'one' }));
      await agent.reported({ generation: 3n, sync: 'SYNCED', health: 'HEALTHY' });
    });

    it('leads to objects that can be described, with their events, and to no others', async () => {
      const pod = await aPod('ReplicaSet');
      const ref = { group: '', kind: 'Pod', namespace: 'shop', name: pod };
      const { uid = '' } = cluster.object(ref)?.metadata ?? {};
      await cluster.create({
        apiVersion: 'v1', kind: 'Event', metadata: { name: 'noted', namespace: 'shop' }, type: 'Warning', reason: 'BackOff', message: 'again', count: 3, lastTimestamp: '2026-11-01T12:00:00Z',
        involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: pod, uid },
      });
      const described = await agent.core.requests.describeObject(target, ref, signal);
      expect(described).toMatchObject({ ok: true, value: { health: 'HEALTHY', events: [{ reason: 'BackOff', count: 3 }] } });
      expect(described.ok && JSON.parse(described.value.objectJson)).toMatchObject({ metadata: { name: pod, uid } });
      const deploymentUid = cluster.object({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' })?.metadata.uid ?? '';
      const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: deploymentUid }];
      await cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'made', namespace: 'shop', ownerReferences }, stringData: { a: 'canary' } });
      for (const other of [{ ...ref, name: 'foreign' }, { ...ref, kind: 'Secret', name: 'made' }, { ...ref, kind: 'Nonsense', name: 'x' }, { ...ref, namespace: 'capstan-system', name: 'x' }]) {
        expect(await agent.core.requests.describeObject(target, other, signal)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
      }
    });

    it('is of a target that is held', async () => {
      expect(await agent.core.requests.listResources(targetId(idOf('target', 'none')), signal)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    });

    it('says what it could not read', async () => {
      await cluster.grant('capstan-agent', [...READS, { apiGroups: ['', 'apps', 'batch'], resources: ['configmaps', 'deployments', 'replicasets', 'jobs'], verbs: ['get', 'list', 'watch'] }]);
      await cluster.grant('capstan-apply', [{ apiGroups: ['', 'apps', 'batch'], resources: ['configmaps', 'deployments', 'replicasets', 'jobs'], verbs: ['*'] }]);
      const found = await tree();
      expect(found.unread).toEqual([{ group: '', kind: 'Pod', namespace: 'shop', reason: 'FORBIDDEN' }]);
      expect(lines(found)).toEqual(['>Deployment 2/2 ready', 'Deployment>ReplicaSet 2/2 ready', '>ConfigMap ', '>Job 1/1 done']);
      await cluster.grant('capstan-agent', [...READS, { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }]);
      await cluster.grant('capstan-apply', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
    });
  });

  describe('logs', () => {
    const question = (pod: string, more: Partial<LogQuestion> = {}): LogQuestion => ({ target, namespace: 'shop', pod, container: undefined, previous: false, tailLines: 100, sinceSeconds: undefined, follow: false, ...more });
    const textOf = async (asked: LogQuestion): Promise<string> => {
      let text = '';
      for await (const part of unwrap(await agent.core.requests.readLogs(asked, signal))) text += unwrap(part);
      return text;
    };

    it('are the last lines that a pod of the target has said', async () => {
      const pod = await aPod('ReplicaSet');
      for (const line of ['one', 'two', 'three']) cluster.sandbox.writeLog('shop', pod, 'app', line);
      expect(await textOf(question(pod))).toBe('one\ntwo\nthree\n');
      expect(await textOf(question(pod, { tailLines: 2, container: 'app' }))).toBe('two\nthree\n');
      expect(await textOf(question(pod, { tailLines: 0 }))).toBe('');
    });

    it('are followed until the reader leaves', async () => {
      const pod = await aPod('Job');
      const leaving = new AbortController();
      const opened = unwrap(await agent.core.requests.readLogs(question(pod, { follow: true }), leaving.signal));
      const heard: string[] = [];
      const reading = (async () => {
        for await (const part of opened) if (part.ok) heard.push(part.value);
      })();
      cluster.sandbox.writeLog('shop', pod, 'app', 'first');
      await until('the first line', 10_000, () => (heard.join('') === 'first\n' ? true : undefined));
      cluster.sandbox.writeLog('shop', pod, 'app', 'second');
      await until('the second line', 10_000, () => (heard.join('') === 'first\nsecond\n' ? true : undefined));
      expect(cluster.sandbox.logFollowers).toBe(1);
      leaving.abort();
      await reading;
      await until('the cluster has nobody to tell any more', 10_000, () => (cluster.sandbox.logFollowers === 0 ? true : undefined));
    });

    it.each([
      ['that belongs to nobody', 'foreign'],
      ['that is not there', 'none'],
    ])('of a pod %s are not read', async (_what, pod) => {
      expect(await agent.core.requests.readLogs(question(pod), signal)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    });

    it('of a target that is not held are not read', async () => {
      expect(await agent.core.requests.readLogs(question(await aPod('ReplicaSet'), { target: targetId(idOf('target', 'none')) }), signal)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    });

    it('that the cluster refuses come with its reason', async () => {
      const pod = await aPod('ReplicaSet');
      expect(await agent.core.requests.readLogs(question(pod, { container: 'other' }), signal)).toMatchObject({ ok: false, error: { code: 'REFUSED', message: `container other is not valid for pod ${pod}` } });
      expect(await agent.core.requests.readLogs(question(pod, { previous: true }), signal)).toMatchObject({ ok: false, error: { code: 'REFUSED' } });
    });

    it('are read by the account of the agent alone, which the owner of the cluster allows or not', async () => {
      const pod = await aPod('ReplicaSet');
      await cluster.grant('capstan-agent', [...READS, { apiGroups: ['', 'apps', 'batch'], resources: ['configmaps', 'deployments', 'replicasets', 'jobs', 'pods'], verbs: ['get', 'list', 'watch'] }]);
      cluster.audit.mark();
      const refused = await agent.core.requests.readLogs(question(pod), signal);
      expect(refused).toMatchObject({ ok: false, error: { code: 'FORBIDDEN', message: expect.stringContaining('logs.enabled=true') } });
      await cluster.grant('capstan-agent', [...READS, { apiGroups: ['', 'apps', 'batch'], resources: ['configmaps', 'deployments', 'replicasets', 'jobs', 'pods', 'pods/log'], verbs: ['get', 'list', 'watch'] }]);
      expect(await textOf(question(pod, { tailLines: 1 }))).toBe('three\n');
    });
  });
});
