import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FIELD_MANAGER, OWNER_ANNOTATION, objectRefOf, PART_OF_LABEL, type InventoryEntry, type KubeObject } from '#domain';
import { aLiveEntry } from '#testing';
import { anInventory, SIGNAL, StateOfProcess } from './state-fixture.js';
import { configMap, TestAgent, TestSource } from './test-agent.js';
import { AGENT_NAMESPACE, TestCluster, unwrap } from './test-cluster.js';
import { anAssignment, aTombstone, HUB } from './test-orders.js';

jest.setTimeout(120_000);

const chart = { [PART_OF_LABEL]: 'capstan-agent' };
/** What the agent lives by, each with both of our marks: nothing about them tells that they are not an application's but what they are. */
const AGENTS_OWN: readonly KubeObject[] = [
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'capstan-identity-copy', namespace: AGENT_NAMESPACE }, data: { a: 'MQ==' } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings-of-agent', namespace: AGENT_NAMESPACE }, data: { a: '1' } },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'capstan-agent-extra', labels: chart }, rules: [] },
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'capstan-helper', namespace: 'shop', labels: chart }, spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'app', image: 'web:1' }] } } } },
];

describe('an inventory that names parts of the agent, whoever wrote it', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  let stop: () => Promise<void> = () => Promise.resolve();
  const source = new TestSource();
  beforeEach(async () => {
    cluster = await TestCluster.start();
    unwrap(await cluster.admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, { fieldManager: 'kubectl' }));
    const entries: InventoryEntry[] = [];
    for (const object of AGENTS_OWN) {
      const marked = { ...object, metadata: { ...object.metadata, annotations: { [OWNER_ANNOTATION]: `${HUB}/default/shop` } } };
      const stored = unwrap(await cluster.admin.apply(marked, { fieldManager: FIELD_MANAGER }));
      entries.push(aLiveEntry(marked, { uid: stored.metadata.uid ?? '' }));
    }
    const state = await StateOfProcess.begin(cluster, 1);
    const { head } = anInventory([]);
    const leftovers = entries.flatMap((entry) => (entry.state === 'LIVE' ? [{ ref: entry.ref, apiVersion: entry.apiVersion, uid: entry.uid }] : []));
    unwrap(await state.inventory.save({ entries, head: { ...head, hooks: { contentKey: 'before', run: '1-1', isInstall: true, hasWritten: true, isOver: true, records: [], leftovers } } }, SIGNAL));
    agent = await TestAgent.start(cluster, source, 2);
    stop = () => agent.stop();
    cluster.audit.mark();
  });
  afterEach(async () => {
    await stop();
    await cluster.stop();
  });

  it('deletes none of them: a release that does not declare them, and the removal of the target', async () => {
    source.put('one', ['a', 'b', 'c', 'd'].map((name) => configMap(name, { v: '1' })));
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', objectCount: 4 });
    expect(cluster.deletes()).toEqual([]);
    await agent.accept(aTombstone({ generation: 2, mode: 'DELETE' }));
    await agent.reported({ generation: 2n, sync: 'REMOVED' });
    expect(cluster.deletes().toSorted()).toEqual(['a', 'b', 'c', 'd'].map((name) => `configmaps shop/${name}`));
    expect(AGENTS_OWN.filter((object) => cluster.object(objectRefOf(object)) === undefined)).toEqual([]);
  });

  it('deletes none of them: the removal of the target, before any release', async () => {
    await agent.accept(aTombstone({ generation: 1, mode: 'DELETE' }));
    await agent.reported({ generation: 1n, sync: 'REMOVED' });
    expect(cluster.deletes()).toEqual([]);
  });
});
