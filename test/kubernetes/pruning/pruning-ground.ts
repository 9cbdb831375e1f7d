import type { KubeObject, ObjectRef, TargetReport } from '#domain';
import { createKubeClient, tokenCredentials, type KubeClient } from '#kube';
import { startRealKubernetes, until, type RealCluster, type RealKubernetes } from '#testing';
import { TestAgent, TestSource, type TestAgentOptions } from '../../../apps/agent/test/test-agent.js';
import { anAssignment, aTombstone } from '../../../apps/agent/test/test-orders.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { installAgentAccounts } from '../install-agent-accounts.js';

export const SYSTEM = 'capstan-system';
type OrderMore = Partial<Parameters<typeof anAssignment>[0]>;

/** One real control plane with the agent's accounts, an agent on it, and orders that count themselves. */
export class PruningGround {
  readonly source = new TestSource();
  #generation = 0;
  #epoch = 0;
  #agent: TestAgent | undefined;

  private constructor(
    readonly kubernetes: RealKubernetes,
    readonly cluster: RealCluster,
    readonly token: string,
  ) {}

  static async start(): Promise<PruningGround> {
    const kubernetes = await startRealKubernetes();
    const [cluster] = kubernetes.clusters;
    if (cluster === undefined) throw new Error('no cluster was started');
    for (const name of [SYSTEM, 'shop', 'web']) must(await cluster.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'kubectl' }));
    await installAgentAccounts(cluster, 'apply: { preset: cluster-admin }');
    return new PruningGround(kubernetes, cluster, await cluster.tokenFor(SYSTEM, 'capstan-agent'));
  }

  get admin(): KubeClient {
    return this.cluster.client;
  }

  get agent(): TestAgent {
    if (this.#agent === undefined) throw new Error('no agent runs');
    return this.#agent;
  }

  /** Another process of the agent, which goes on with what the cluster holds. */
  async startAgent(options: TestAgentOptions = {}): Promise<void> {
    await this.#agent?.stop();
    const { server, caPem } = this.cluster;
    this.#epoch += 1;
    this.#agent = await TestAgent.start(
      { agentClient: () => createKubeClient({ server, caPem, credentials: tokenCredentials(this.token) }, { userAgent: 'capstan-agent' }) },
      this.source,
      this.#epoch,
      options,
    );
  }

  async stop(): Promise<void> {
    await this.#agent?.stop();
    await this.kubernetes.stop();
  }

  /** Orders a release of these objects and answers with the order's generation. */
  async order(application: string, objects: readonly KubeObject[], more: OrderMore = {}): Promise<bigint> {
    this.#generation += 1;
    const generation = this.#generation;
    const release = more.release ?? `r${generation}`;
    this.source.put(release, objects);
    await this.agent.accept(anAssignment({ application, generation, release, ...more }));
    return BigInt(generation);
  }

  async applied(application: string, objects: readonly KubeObject[], more: OrderMore = {}): Promise<TargetReport> {
    return this.said(application, { generation: await this.order(application, objects, more), sync: 'SYNCED', health: 'HEALTHY' });
  }

  async remove(application: string, more: Partial<Parameters<typeof aTombstone>[0]> = {}): Promise<bigint> {
    this.#generation += 1;
    const generation = this.#generation;
    await this.agent.accept(aTombstone({ application, generation, mode: 'DELETE', ...more }));
    return BigInt(generation);
  }

  async removed(application: string, more: Partial<Parameters<typeof aTombstone>[0]> = {}): Promise<TargetReport> {
    return this.said(application, { generation: await this.remove(application, more), sync: 'REMOVED' });
  }

  /** Waits for what the agent says; by outcome, with a long deadline, so that a busy machine proves nothing. */
  async said(application: string, what: Partial<TargetReport> & { readonly generation: bigint }, says = ''): Promise<TargetReport> {
    const expected = Object.entries(what);
    return until(
      `${application} says ${JSON.stringify({ ...what, generation: String(what.generation) })} ${says}`,
      60_000,
      () => {
        const report = this.agent.last(application);
        if (report === undefined || !report.message.includes(says)) return undefined;
        const actual = new Map<string, unknown>(Object.entries(report));
        return expected.every(([key, value]) => actual.get(key) === value) ? report : undefined;
      },
      () => `last: ${JSON.stringify(this.agent.last(application), (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
    );
  }

  async find(ref: ObjectRef): Promise<KubeObject | undefined> {
    const found = await this.admin.get(must(await this.admin.resolve(ref.group, ref.kind)), ref.namespace, ref.name);
    if (!found.ok && found.error.code !== 'NOT_FOUND') throw new Error(found.error.message);
    return found.ok ? found.value : undefined;
  }

  async live(ref: ObjectRef): Promise<KubeObject> {
    const found = await this.find(ref);
    if (found === undefined) throw new Error(`${ref.kind} ${ref.namespace}/${ref.name} is not there`);
    return found;
  }

  async uidOf(ref: ObjectRef): Promise<string> {
    return (await this.live(ref)).metadata.uid ?? '';
  }

  async edit(ref: ObjectRef, patch: object, fieldManager = 'kubectl-edit'): Promise<void> {
    must(await this.admin.mergePatch(must(await this.admin.resolve(ref.group, ref.kind)), ref.namespace, ref.name, patch, { fieldManager }));
  }

  async delete(ref: ObjectRef): Promise<void> {
    must(await this.admin.delete(must(await this.admin.resolve(ref.group, ref.kind)), ref.namespace, ref.name, { uid: await this.uidOf(ref) }));
  }

  mark(): void {
    this.cluster.auditLog.mark();
  }

  /** What the agent deleted since `mark`, by the API server's own log: refused deletes too. */
  deletes(): readonly string[] {
    return this.deletesInOrder().toSorted();
  }

  deletesInOrder(): readonly string[] {
    return this.cluster.auditLog
      .deletes({ excludeNamespaces: [SYSTEM], refused: true })
      .filter(({ userAgent }) => userAgent === 'capstan-agent')
      .map(({ resource, namespace, name }) => `${resource} ${namespace}/${name}`);
  }
}
