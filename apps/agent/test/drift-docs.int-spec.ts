import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '#kernel';
import { parseKubernetesYaml, validateProjectPolicy, type IgnoreRule, type KubeObject } from '#domain';
import { until } from '#testing';
import { cm, configMap, deploy, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'drift.md'), 'utf8');
const EXAMPLE = /```yaml\n(ignore:\n[\s\S]*?)```\n\n\| who \| writes \| then \|\n\|---\|---\|---\|\n((?:\|.*\|\n)+)/g;
const ROW = /\| `([^`]+)` \| `([^`]+)` \| (stays|is put back) \|/g;
const OBJECT = /```yaml\n(apiVersion: apps\/v1\nkind: Deployment\n[\s\S]*?)```/;

function documentOf(yaml: string): JsonObject {
  const documents = parseKubernetesYaml(yaml, 'drift.md');
  if (!documents.ok) throw new Error(documents.error.code);
  const [first] = documents.value;
  if (first === undefined) throw new Error('no document');
  const value: JsonObject = JSON.parse(JSON.stringify(first.value));
  return value;
}

function rulesOf(yaml: string): readonly IgnoreRule[] {
  const { ignore }: { readonly ignore: readonly IgnoreRule[] } = JSON.parse(JSON.stringify(documentOf(yaml)));
  const policy = validateProjectPolicy({ health: [], ignore });
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return policy.value.ignore;
}

/** `part` with what `whole` has beside it: whether a merge of it changes nothing. */
function holds(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null || typeof whole !== 'object' || whole === null) return whole === part;
  return Object.entries(part).every(([name, value]) => holds(Object.entries(whole).find(([other]) => other === name)?.[1], value));
}

describe('the examples of docs/drift.md', () => {
  const git: KubeObject = JSON.parse(JSON.stringify(documentOf(OBJECT.exec(PAGE)?.[1] ?? '')));
  const rows = [...PAGE.matchAll(EXAMPLE)].flatMap(([, yaml = '', table = ''], example) =>
    [...table.matchAll(ROW)].map(([, manager = '', patch = '', then = '']) => ({ example, yaml, manager, patch, then })),
  );
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
    expect(new Set(rows.map(({ example }) => example)).size).toBe(5);
    expect(rows).toHaveLength(13);
  });

  it.each(rows.map((row, index) => ({ ...row, index })))('example $example: what $manager writes as $patch $then', async ({ yaml, manager, patch, then, index }) => {
    const application = `docs-${index}`;
    source.put(application, [git, configMap('canary', { sings: 'yes' })]);
    await agent.accept(anAssignment({ application, generation: 1, release: application, namespace: application, ignore: rulesOf(yaml) }));
    await agent.reported({ generation: 1n, sync: 'SYNCED' }, application);
    const written: object = JSON.parse(patch);
    await cluster.edit(deploy('web', application), written, manager);
    // Healed after the other edit, which came first.
    for (let turn = 0; turn < 2; turn += 1) {
      const healed = agent.last(application)?.healedCount ?? 0;
      await cluster.edit(cm('canary', application), { data: { sings: `no-${turn}` } });
      await until('the canary is healed', 10_000, () => ((agent.last(application)?.healedCount ?? 0) > healed && agent.last(application)?.sync === 'SYNCED' ? true : undefined));
    }
    const live = cluster.object(deploy('web', application));
    expect({ isWritten: holds(live, written), isGit: holds(live, { ...git, metadata: { annotations: git.metadata.annotations } }) }).toEqual({ isWritten: then === 'stays', isGit: then !== 'stays' });
  });
});
