import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWNER_ANNOTATION, parseKubernetesYaml, readObjects, type KubeObject } from '#domain';
import { configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'pruning.md'), 'utf8');
const settings = configMap('settings', { a: '1' });

function exampleOf(page: string): KubeObject {
  const documents = parseKubernetesYaml(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '', 'pruning.md');
  const read = documents.ok ? readObjects(documents.value, { namespace: 'shop', reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' }, maxObjects: 1 }) : documents;
  const [only] = read.ok ? read.value : [];
  if (only === undefined) throw new Error('docs/pruning.md has no example');
  return only.object;
}

describe('docs/pruning.md', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  const claim = { group: '', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' };
  const released = async (generation: number, objects: readonly KubeObject[]): Promise<void> => {
    source.put(`r${generation}`, objects);
    await agent.accept(anAssignment({ generation, release: `r${generation}` }));
  };

  it('has an example that stays when a release drops it, and when the application is removed', async () => {
    const example = exampleOf(PAGE);
    expect(example.metadata).toMatchObject({ name: claim.name, annotations: { 'capstan.dev/prune': 'disabled' } });
    await released(1, [settings, example]);
    await agent.reported({ generation: 1n, sync: 'SYNCED' });
    expect(cluster.object(claim)?.metadata.annotations?.[OWNER_ANNOTATION]).toBeDefined();

    await released(2, [settings]);
    expect(await agent.reported({ generation: 2n, sync: 'SYNCED', reason: 'OBJECTS_KEPT' })).toMatchObject({ message: expect.stringContaining('PersistentVolumeClaim shop/data') });
    expect(cluster.object(claim)?.metadata.annotations?.[OWNER_ANNOTATION]).toBeUndefined();

    await released(3, [settings, example]);
    await agent.reported({ generation: 3n, sync: 'SYNCED' });
    await agent.accept(aTombstone({ generation: 4, mode: 'DELETE' }));
    expect(await agent.reported({ generation: 4n, sync: 'REMOVED' })).toMatchObject({ message: expect.stringContaining('PersistentVolumeClaim shop/data') });
    expect(cluster.object(claim)).toBeDefined();
    expect(cluster.deletes()).toEqual(['configmaps shop/settings']);
  });
});
