import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryId, type AssignmentOrder } from '#domain';
import { aGitRepository, GitServer, until, type GitRepositoryBuilder } from '#testing';
import { IdentitySecret } from '../src/state/index.js';
import { AgentBundle, type AgentProcess } from './agent-process.js';
import { MemoryOfTree, type Peak } from './memory-of-tree.js';
import { StateOfProcess } from './state-fixture.js';
import { cm } from './test-agent.js';
import { AGENT_NAMESPACE, TestCluster, unwrap } from './test-cluster.js';
import { anAssignment, CLUSTER, HUB, idOf, signed, SIGNING_KEY } from './test-orders.js';

jest.setTimeout(240_000);

/** Of the agent alone, which is the same in every run but for a few MB. */
const OWN_BOUND_MB = 200;
/** With git and the process that renders: when that has its most, while the agent has its own, is chance. Measured: 190 to 245. */
const BOUND_MB = 280;
const OBJECTS = 10_000;
const IN_ONE_FILE = 250;
const LINES = 5_000;
const SIGNAL = new AbortController().signal;

const name = (number: number): string => `part-${String(number).padStart(5, '0')}`;
const small = (number: number, revision: number): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name(number)}\ndata:\n  revision: "${revision}"\n  colour: blue\n  LOG_LEVEL: info\n`;

function manyObjects(changed: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: OBJECTS / IN_ONE_FILE }, (_, file) => [
    `many/objects-${String(file).padStart(3, '0')}.yaml`,
    Array.from({ length: IN_ONE_FILE }, (_unused, index) => small(file * IN_ONE_FILE + index, file === 0 && index === 0 ? changed : 1)).join('---\n'),
  ]));
}

/** A text that differs from line to line. */
const text = (lines: number, width: number, salt: string): string => Array.from({ length: lines }, (_, line) => `${salt} ${line} `.padEnd(width, String((line * 7919) % 10_007))).join('\n');

const indented = (block: string, by: number): string => block.replaceAll(/^/gm, ' '.repeat(by));

/** Near the 1 MiB of a ConfigMap and the 1.5 MiB of a request, and a definition as some operators ship them. */
function largeObjects(): Readonly<Record<string, string>> {
  const maps = ['a', 'b', 'c'].map((salt) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: large-${salt}\ndata:\n  text: |\n${indented(text(LINES, 200, salt), 4)}\n`);
  const properties = Array.from({ length: 3_000 }, (_, index) => `              field${index}:\n                type: string\n                description: ${`field ${index} `.padEnd(250, 'of many ')}`).join('\n');
  const definition = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: widgets.example.com\nspec:\n  group: example.com\n  scope: Namespaced\n  names: { kind: Widget, plural: widgets, singular: widget, listKind: WidgetList }\n  versions:\n    - name: v1\n      served: true\n      storage: true\n      schema:\n        openAPIV3Schema:\n          type: object\n          properties:\n            spec:\n              type: object\n              properties:\n${properties.replaceAll(/^/gm, '  ')}\n`;
  const widget = `apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: large\nspec:\n  field0: |\n${indented(text(LINES, 285, 'w'), 4)}\n`;
  return { ...Object.fromEntries(maps.map((map, index) => [`large/map-${index}.yaml`, map])), 'large/definition.yaml': definition, 'large/widget.yaml': widget };
}

/** Nobody is the hub: each agent begins with the order that is stored in its cluster, and fetches and renders what it names. */
describe('large content, by an agent as a process', () => {
  let bundle: AgentBundle;
  let cluster: TestCluster;
  let server: GitServer;
  let repository: GitRepositoryBuilder;
  let directory: string;
  let epoch = 0;

  beforeAll(async () => void (bundle = await AgentBundle.build()));
  afterAll(() => bundle.remove());
  beforeEach(async () => {
    [cluster, server, directory] = await Promise.all([TestCluster.start(), GitServer.start(), mkdtemp(join(tmpdir(), 'capstan-large-'))]);
    repository = await aGitRepository(server, 'fleet');
    await cluster.sandbox.writeKubeconfig(join(directory, 'kubeconfig'), cluster.sandbox.tokenFor(AGENT_NAMESPACE, 'capstan-agent'));
    const expiry = { notBefore: new Date('2026-11-01T00:00:00Z'), notAfter: new Date('2036-11-01T00:00:00Z') };
    const identity = { hub: HUB, cluster: CLUSTER, clusterName: 'eu-1', epoch: 1n, privateKeyPem: 'key', certificateChainPem: 'chain', caPem: 'ca', ...expiry, signingKeys: [SIGNING_KEY] };
    const state = new StateOfProcess(cluster, (epoch += 1));
    expect(await state.inventory.claim(HUB, SIGNAL)).toMatchObject({ ok: true });
    await new IdentitySecret(state.secrets).save(identity, SIGNAL);
  });
  afterEach(async () => {
    await Promise.all([cluster.stop(), server.dispose()]);
    await rm(directory, { recursive: true, force: true });
  });

  function order(application: string, commit: string, generation: number): AssignmentOrder {
    const base = anAssignment({ application, generation, release: commit, namespace: application });
    return { ...base, release: { ...base.release, commit, path: application, repository: { id: repositoryId(idOf('repository', 'fleet')), url: server.url('fleet'), credentialDigest: undefined } } };
  }

  /** An agent that begins with this order, for as long as `use` takes; the most memory that it and all below it had at once. */
  async function peakOfAgent(ordered: AssignmentOrder, use: (agent: AgentProcess) => Promise<void>): Promise<Peak> {
    unwrap(await new StateOfProcess(cluster, epoch).orders.put(await signed(ordered), SIGNAL));
    const agent = bundle.start({ KUBECONFIG: join(directory, 'kubeconfig'), CAPSTAN_HUB: 'localhost:1:2', CAPSTAN_HUB_CA_HASH: `sha256:${'a'.repeat(64)}`, CAPSTAN_DATA_DIR: join(directory, 'cache') });
    const memory = new MemoryOfTree(agent.pid);
    try {
      await use(agent);
      return memory.stop();
    } finally {
      memory.stop();
      await agent.stop();
      epoch += 10;
    }
  }

  it('applies ten thousand objects, and then one that changed with one write, within its bounds', async () => {
    const first = await repository.commit(manyObjects(1), 'all');
    const all = await peakOfAgent(order('many', first, 1), (agent) => saysSynced(agent, first));
    expect(cluster.object(cm(name(OBJECTS - 1), 'many'))).toBeDefined();

    const second = await repository.commit(manyObjects(2), 'one');
    cluster.audit.mark();
    const one = await peakOfAgent(order('many', second, 2), (agent) => saysSynced(agent, second));
    expect(cluster.writes()).toEqual([`patch configmaps many/${name(0)}`]);
    process.stderr.write(`ten thousand objects: ${sayPeak(all)}; one of them: ${sayPeak(one)}\n`);
    for (const peak of [all, one]) expectWithinBounds(peak);
  });

  it('applies objects near the largest that a server takes, and undoes a change of five thousand lines in each, within its bounds', async () => {
    const commit = await repository.commit(largeObjects(), 'large');
    const peak = await peakOfAgent(order('large', commit, 1), async (agent) => {
      await saysSynced(agent, commit);
      const applied = cluster.object(cm('large-a', 'large'))?.['data'];
      await Promise.all(['a', 'b', 'c'].map((salt) => cluster.edit(cm(`large-${salt}`, 'large'), { data: { text: text(LINES, 200, 'by hand') } })));
      await until('the changes are undone', 60_000, () => (JSON.stringify(cluster.object(cm('large-a', 'large'))?.['data']) === JSON.stringify(applied) ? true : undefined), () => agent.output.slice(-2_000));
    });
    process.stderr.write(`large objects: ${sayPeak(peak)}\n`);
    expectWithinBounds(peak);
  });
});

function saysSynced(agent: AgentProcess, commit: string): Promise<void> {
  return agent.says(`"sync":"SYNCED","health":"HEALTHY","reason":"SYNCED","message":"","commit":"${commit}"`, 180_000);
}

function expectWithinBounds({ ownMb, atOnceMb }: Peak): void {
  expect(ownMb).toBeLessThan(OWN_BOUND_MB);
  expect(atOnceMb).toBeLessThan(BOUND_MB);
}

function sayPeak({ ownMb, atOnceMb }: Peak): string {
  return `${Math.round(ownMb)} MB, ${Math.round(atOnceMb)} MB with what runs below it`;
}
