import { digestOf, silentLog, type Failpoints } from '#kernel';
import type { KubeClient } from '#kube';
import { targetId, type InventoryEntry, type KubeObject, type TargetHead, type TargetId } from '#domain';
import { aLiveEntry, anObject } from '#testing';
import type { TargetInventory } from '../src/reconcile/agent.ports.js';
import { ContentSecrets, InventorySecrets, OrderSecrets, StateSecrets } from '../src/state/index.js';
import { AGENT_NAMESPACE, type TestCluster } from './test-cluster.js';
import { HUB, idOf, SIGNING_KEY } from './test-orders.js';

/** Never given up: one clock for all tests of a file would run out on a slow machine, whichever test is on. Each has a deadline of its own. */
export const SIGNAL = new AbortController().signal;
export const TARGET: TargetId = targetId(idOf('target', 'shop'));

/** Thrown where a process would have died. */
export class Killed extends Error {}

/** Durable state as one process with one hold of the lease sees it. */
export class StateOfProcess {
  readonly client: KubeClient;
  readonly fence: { held: boolean; isHeld: () => boolean; epoch: number };
  readonly secrets: StateSecrets;
  readonly inventory: InventorySecrets;
  readonly content: ContentSecrets;
  readonly orders: OrderSecrets;
  /** The failpoint at which it dies. */
  dieAt: string | undefined;

  constructor(cluster: TestCluster, epoch: number) {
    this.client = cluster.agentClient();
    const fence = { held: true, isHeld: () => fence.held, epoch };
    this.fence = fence;
    const failpoints: Failpoints = {
      hit: (name) => {
        if (name === this.dieAt) throw new Killed(name);
      },
    };
    this.secrets = new StateSecrets(this.client, AGENT_NAMESPACE, fence);
    this.inventory = new InventorySecrets({ secrets: this.secrets, fence, failpoints, log: silentLog });
    this.content = new ContentSecrets({ secrets: this.secrets, failpoints, log: silentLog });
    this.orders = new OrderSecrets(this.secrets, () => [SIGNING_KEY]);
  }

  /** As a process begins: the inventory is claimed for its lease. */
  static async begin(cluster: TestCluster, epoch: number): Promise<StateOfProcess> {
    const state = new StateOfProcess(cluster, epoch);
    const claimed = await state.inventory.claim(HUB, SIGNAL);
    if (!claimed.ok) throw new Error(claimed.error.code);
    return state;
  }
}

export function anInventory(names: readonly string[], target = TARGET): TargetInventory {
  const head: Omit<TargetHead, 'shards'> = { target, owner: `${HUB}/default/shop`, held: { epoch: 1n, generation: 1n, digest: digestOf('order') }, applied: undefined };
  return { head, entries: names.map((name) => aLiveEntry(anObject('v1', 'ConfigMap', `shop/${name}`))) };
}

export function namesOf(entries: readonly InventoryEntry[]): readonly string[] {
  return entries.map(({ ref }) => ref.name).toSorted();
}

/** Secrets of the agent whose name begins so. */
export function storedSecrets(cluster: TestCluster, prefix: string): readonly KubeObject[] {
  return [...cluster.sandbox.objects().values()].filter(({ kind, metadata }) => kind === 'Secret' && metadata.namespace === AGENT_NAMESPACE && metadata.name.startsWith(prefix));
}

/** Somebody deletes a Secret of the agent by hand. */
export async function deleteSecret(cluster: TestCluster, name: string): Promise<void> {
  await cluster.remove({ group: '', kind: 'Secret', namespace: AGENT_NAMESPACE, name });
}

/** Somebody changes the bytes of a Secret of the agent. */
export async function damageSecret(cluster: TestCluster, name: string, key: string, bytes: Buffer): Promise<void> {
  await cluster.edit({ group: '', kind: 'Secret', namespace: AGENT_NAMESPACE, name }, { data: { [key]: bytes.toString('base64') } });
}
