import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseKubernetesYaml, readObjects, type KubeObject } from '#domain';
import { TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'ordering.md'), 'utf8');
const EXAMPLE = /```yaml\n([\s\S]*?)```\n\nThe writes, in this order:\n\n```text\n([\s\S]*?)```/g;

function objectsOf(yaml: string): readonly KubeObject[] {
  const documents = parseKubernetesYaml(yaml, 'ordering.md');
  if (!documents.ok) throw new Error(documents.error.code);
  const read = readObjects(documents.value, { namespace: 'shop', reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' }, maxObjects: 100 });
  if (!read.ok) throw new Error(read.error.message);
  return read.value.map(({ object }) => object);
}

describe('the examples of docs/ordering.md', () => {
  const examples = [...PAGE.matchAll(EXAMPLE)].map(([, yaml = '', writes = '']) => [yaml.split('\n')[3] ?? '', yaml, writes] as const);
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

  it('are there', () => {
    expect(examples).toHaveLength(2);
  });

  it.each(examples)('%s: come true', async (_name, yaml, writes) => {
    const application = `a${examples.findIndex(([, other]) => other === yaml)}`;
    cluster.audit.mark();
    source.put(application, objectsOf(yaml));
    await agent.accept(anAssignment({ application, generation: 1, release: application, namespace: application }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' }, application);
    const said = cluster.writes().slice(1).map((write) => write.replace(`${application}/`, '').replace(/^(\w+) (.*)$/, (_all, verb: string, what: string) => (verb === 'delete' ? `${what} deleted` : what)));
    expect(said.map((write) => write.replace(/smoke-[0-9a-f]{10}/, 'smoke-*'))).toEqual(writes.trim().split('\n'));
  });
});
