import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KubeObject, Order } from '#domain';
import { until } from '#testing';
import { AGENT_FAILPOINTS } from '../src/reconcile/agent-failpoints.js';
import { STATE_FAILPOINTS } from '../src/state/index.js';
import { hookJob, job } from './hook-objects.js';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { AGENT_NAMESPACE, TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

class Killed extends Error {}

/** Kills the agent the `nth` time that it comes by a place; from then on nothing of it goes on. */
class KillAt {
  killed = false;
  agent: TestAgent | undefined;
  #passed = 0;

  constructor(
    private readonly name: string,
    private readonly nth: number,
  ) {}

  hit(name: string): void {
    if (this.killed) throw new Killed(name);
    if (name !== this.name) return;
    this.#passed += 1;
    if (this.#passed < this.nth) return;
    this.killed = true;
    this.agent?.kill();
    throw new Killed(name);
  }
}

interface Scene {
  readonly order: Order;
  readonly before?: (cluster: TestCluster) => Promise<void>;
  readonly isOver: (agent: TestAgent) => boolean;
}

const definition: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
};
const widget: KubeObject = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 1 } };
const hooks = [
  hookJob('migrate', { 'helm.sh/hook': 'pre-install,pre-upgrade' }),
  hookJob('notify', { 'argocd.argoproj.io/hook': 'PostSync', 'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded' }),
  hookJob('farewell', { 'helm.sh/hook': 'pre-delete' }),
];
const later = { annotations: { 'capstan.dev/wave': '1' } };
const common = [definition, widget, deployment('web', 'web:1'), ...hooks, configMap('a', { v: '1' }), configMap('b', { v: '1' }), configMap('c', { v: '1' }, later)];
const synced = (generation: bigint) => (agent: TestAgent): boolean => {
  const last = agent.last();
  return last?.generation === generation && last.sync === 'SYNCED' && last.health === 'HEALTHY' && last.reason === 'SYNCED';
};

/** One life of a target: created, changed with a prune, damaged by hand, a prune that waits, removed while one object holds data, let go. */
const STORY: readonly Scene[] = [
  { order: anAssignment({ generation: 1, release: 'one' }), isOver: synced(1n) },
  { order: anAssignment({ generation: 2, release: 'two' }), isOver: synced(2n) },
  {
    order: anAssignment({ generation: 3, release: 'two' }),
    before: async (cluster) => {
      await cluster.remove(cm('a'));
      await cluster.edit(deploy('web'), { spec: { replicas: 4 } });
    },
    isOver: synced(3n),
  },
  { order: anAssignment({ generation: 4, release: 'few' }), isOver: (agent) => agent.last()?.generation === 4n && agent.last()?.sync === 'AWAITING_APPROVAL' },
  { order: aTombstone({ generation: 5, mode: 'DELETE' }), isOver: (agent) => agent.last()?.generation === 5n && agent.last()?.sync === 'AWAITING_APPROVAL' },
  { order: aTombstone({ generation: 6, mode: 'ORPHAN' }), isOver: (agent) => agent.last()?.generation === 6n && agent.last()?.sync === 'REMOVED' },
];

interface Run {
  /** The cluster after each scene. */
  readonly worlds: readonly (readonly string[])[];
  /** UIDs that the Deployment had: one, since nothing ever makes it anew. */
  readonly lives: number;
  readonly deletes: readonly string[];
  /** What was created of hooks: one Job for each and release, however often the agent was killed. */
  readonly hooks: readonly string[];
  readonly floor: bigint;
  readonly kills: number;
}

async function run(failpoint: string, nth: number): Promise<Run> {
  const cluster = await TestCluster.start();
  const source = new TestSource();
  source.put('one', common);
  source.put('two', [...common.slice(0, 6), configMap('a', { v: '2' }), configMap('b', { v: '1' }), configMap('d', { v: '1' }, later)]);
  source.put('few', [definition, configMap('a', { v: '3' })]);
  const worlds: (readonly string[])[] = [];
  const lives = new Set<string | undefined>();
  let epoch = 1;
  let kills = 0;
  const begin = async (): Promise<TestAgent> => {
    const failpoints = kills === 0 ? new KillAt(failpoint, nth) : undefined;
    const agent = await TestAgent.start(cluster, source, epoch++, failpoints === undefined ? {} : { failpoints });
    if (failpoints !== undefined) failpoints.agent = agent;
    armed = failpoints;
    return agent;
  };
  let armed: KillAt | undefined;
  let agent = await begin();
  const revive = async (): Promise<void> => {
    await agent.stop();
    kills += 1;
    agent = await begin();
  };
  try {
    for (const scene of STORY) {
      // As the hub does: an order is given again until the agent says that it holds it, or is done with it.
      const give = async (): Promise<void> => {
        if (agent.core.inbox.heldFor(scene.order.target)?.generation === scene.order.generation) return;
        if (agent.core.inbox.floor().generation >= scene.order.generation) agent.core.inbox.confirmRemoved({ order: scene.order, signed: { type: '', payload: new Uint8Array(), keyId: '', signature: new Uint8Array() }, orderDigest: anAssignment({ generation: 1, release: 'one' }).parametersDigest });
        else await agent.accept(scene.order).catch(() => undefined);
      };
      if (scene.before !== undefined) await scene.before(cluster);
      await give();
      await until(`generation ${scene.order.generation} to be over after a kill at ${failpoint} (${nth})`, 20_000, async () => {
        if (armed?.killed === true) {
          await revive();
          await give();
          return undefined;
        }
        return scene.isOver(agent) ? true : undefined;
      }, () => JSON.stringify(agent.last(), (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
      worlds.push(worldOf(cluster));
      if (scene.order.kind === 'ASSIGNMENT') lives.add(cluster.object(deploy('web'))?.metadata.uid);
    }
    return { worlds, lives: lives.size, deletes: [...new Set(cluster.deletes())].toSorted(), hooks: cluster.writes().filter((write) => write.startsWith('create jobs')).toSorted(), floor: agent.core.inbox.floor().generation, kills };
  } finally {
    await agent.stop();
    await cluster.stop();
  }
}

/** Everything of the application that is in the cluster, as far as it does not depend on time; and what the agent's state is made of. */
function worldOf(cluster: TestCluster): readonly string[] {
  return [...cluster.sandbox.objects()]
    .filter(([key]) => !key.endsWith('/kube-root-ca.crt'))
    .filter(([key, { kind, metadata }]) => metadata.namespace === 'shop' ? kind === 'ConfigMap' || kind === 'Deployment' || kind === 'Widget' : key.includes('widgets.example.com') || (metadata.namespace === AGENT_NAMESPACE && kind === 'Secret'))
    .map(([key, object]) => (object.kind === 'Secret' ? `state ${object.metadata.labels?.['capstan.dev/state']}` : `${key} ${JSON.stringify([object['spec'], object['data'], object.metadata.labels, object.metadata.annotations])}`))
    .toSorted();
}

describe('the agent, killed wherever it leaves a trace', () => {
  let undisturbed: Run;
  let hits: readonly string[] = [];
  beforeAll(async () => {
    undisturbed = await run('nowhere', 1);
  });
  afterAll(() => {
    // Every place must really have been reached by the story, or this test would prove less than it says.
    expect([...AGENT_FAILPOINTS, ...STATE_FAILPOINTS].filter((name) => !hits.includes(name))).toEqual([]);
  });

  it('does what was ordered when nothing disturbs it', () => {
    expect(undisturbed).toMatchObject({ floor: 6n, kills: 0, lives: 1 });
    expect(undisturbed.deletes).toEqual(['configmaps shop/a', 'configmaps shop/b', 'configmaps shop/c', 'configmaps shop/d', 'deployments shop/web', 'jobs shop/migrate', 'jobs shop/notify', 'widgets shop/w']);
    expect(undisturbed.hooks).toEqual(['create jobs shop/farewell', 'create jobs shop/migrate', 'create jobs shop/migrate', 'create jobs shop/notify', 'create jobs shop/notify']);
  });

  it.each([...AGENT_FAILPOINTS, ...STATE_FAILPOINTS].flatMap((name) => [1, 2].map((nth) => [name, nth] as const)))('%s, time %i', async (name, nth) => {
    const disturbed = await run(name, nth);
    expect({ ...disturbed, kills: 0 }).toEqual({ ...undisturbed, kills: 0 });
    if (disturbed.kills > 0) hits = [...hits, name];
  });

  // Whatever was created before the kill must be known to the next process, or it would stay for ever.
  it.each(AGENT_FAILPOINTS.filter((name) => name.startsWith('agent.apply.') || name.startsWith('agent.hooks.') || name.startsWith('agent.commit.')).flatMap((name) => [1, 3].map((nth) => [name, nth] as const)))(
    'killed at %s, time %i, of a first release and then ordered away, leaves nothing behind',
    async (name, nth) => {
      const cluster = await TestCluster.start();
      const source = new TestSource();
      source.put('one', [deployment('web', 'web:1'), ...hooks.slice(0, 2), configMap('a', { v: '1' }), configMap('b', { v: '1' }, later)]);
      const killAt = new KillAt(name, nth);
      let agent = await TestAgent.start(cluster, source, 1, { failpoints: killAt });
      try {
        killAt.agent = agent;
        await agent.accept(anAssignment({ generation: 1, release: 'one' }));
        await until('the kill, or the end without it', 20_000, () => (killAt.killed || synced(1n)(agent) ? true : undefined));
        await agent.stop();
        source.isDown = true;
        agent = await TestAgent.start(cluster, source, 2, { stored: [aTombstone({ generation: 2, mode: 'DELETE' })] });
        await agent.reported({ generation: 2n, sync: 'REMOVED' });
        expect([cm('a'), cm('b'), deploy('web'), job('migrate'), job('notify')].filter((ref) => cluster.object(ref) !== undefined)).toEqual([]);
      } finally {
        await agent.stop();
        await cluster.stop();
      }
    },
  );
});
