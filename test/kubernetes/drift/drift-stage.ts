import type { Json } from '#kernel';
import type { KubeObject, ObjectRef, TargetReport } from '#domain';
import { createKubeClient, tokenCredentials, type KubeClient } from '#kube';
import { startRealKubernetes, until, type RealCluster, type RealKubernetes } from '#testing';
import { configMap, TestAgent, TestSource } from '../../../apps/agent/test/test-agent.js';
import { anAssignment } from '../../../apps/agent/test/test-orders.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { installAgentAccounts } from '../install-agent-accounts.js';

const SYSTEM = 'capstan-system';

/** A real control plane with the agent's core on it, and a person and controllers beside. The audit log is the witness of what the agent wrote. */
export class DriftStage {
  #generation = 0;

  private constructor(
    private readonly kubernetes: RealKubernetes,
    readonly cluster: RealCluster,
    readonly agent: TestAgent,
    private readonly source: TestSource,
  ) {}

  static async start(values = 'apply: { preset: cluster-admin }'): Promise<DriftStage> {
    const kubernetes = await startRealKubernetes();
    const [cluster] = kubernetes.clusters;
    if (cluster === undefined) throw new Error('no cluster was started');
    for (const name of [SYSTEM, 'shop']) must(await cluster.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'kubectl' }));
    await installAgentAccounts(cluster, values);
    const token = await cluster.tokenFor(SYSTEM, 'capstan-agent');
    const source = new TestSource();
    const agent = await TestAgent.start({ agentClient: () => createKubeClient({ server: cluster.server, caPem: cluster.caPem, credentials: tokenCredentials(token) }, { userAgent: 'capstan-agent' }) }, source);
    return new DriftStage(kubernetes, cluster, agent, source);
  }

  get admin(): KubeClient {
    return this.cluster.client;
  }

  async stop(): Promise<void> {
    await this.agent.stop();
    await this.kubernetes.stop();
  }

  /** Releases these objects as an application, and waits until they are there. */
  async applied(application: string, objects: readonly KubeObject[], more: Partial<Parameters<typeof anAssignment>[0]> = {}): Promise<TargetReport> {
    this.#generation += 1;
    this.source.put(`r${this.#generation}`, [...objects, configMap(canaryOf(application), { sings: 'yes' })]);
    await this.agent.accept(anAssignment({ application, generation: this.#generation, release: `r${this.#generation}`, ...more }));
    return this.agent.reported({ generation: BigInt(this.#generation), sync: 'SYNCED' }, application);
  }

  async live(ref: ObjectRef): Promise<KubeObject> {
    return must(await this.admin.get(must(await this.admin.resolve(ref.group, ref.kind)), ref.namespace, ref.name));
  }

  /** A merge patch by whoever is named. */
  async edit(ref: ObjectRef, patch: object, fieldManager = 'kubectl-edit', subresource?: 'scale' | 'status'): Promise<void> {
    const resource = must(await this.admin.resolve(ref.group, ref.kind));
    must(await this.admin.mergePatch(resource, ref.namespace, ref.name, patch, { fieldManager, ...(subresource === undefined ? {} : { subresource }) }));
  }

  async becomes(ref: ObjectRef, what: string, isSo: (live: KubeObject) => boolean): Promise<KubeObject> {
    let last: KubeObject | undefined;
    return until(`${ref.kind} ${ref.name}: ${what}`, 15_000, async () => {
      last = await this.live(ref);
      return isSo(last) ? last : undefined;
    }, () => JSON.stringify(last)?.slice(0, 4_000) ?? '');
  }

  mark(): void {
    this.cluster.auditLog.mark();
  }

  /** What the agent wrote outside its own namespace since `mark`. */
  writes(): readonly string[] {
    return this.#writes().map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace === '' ? '' : `${namespace}/`}${name}`);
  }

  /** These are the writes, and no others. The audit log tells of a write a moment after others can see what it did. */
  async wrote(expected: readonly string[]): Promise<void> {
    await until(`the agent wrote ${expected.join(', ')}`, 10_000, () => (JSON.stringify(this.writes()) === JSON.stringify(expected) ? true : undefined), () => this.writes().join(', '));
  }

  /** The bodies of those writes. */
  bodies(): readonly Json[] {
    return this.#writes().map(({ requestObject }) => JSON.parse(JSON.stringify(requestObject ?? null)));
  }

  /**
   * Everything that came before was looked at: edits of another object of the same application, made after it, have been healed. Beats waiting for a
   * while in which nothing may happen. Twice, since the events of two kinds come in no order.
   */
  async settled(application: string): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) {
      const healed = this.agent.last(application)?.healedCount ?? 0;
      await this.edit({ group: '', kind: 'ConfigMap', namespace: 'shop', name: canaryOf(application) }, { data: { sings: `not-${healed}` } });
      await until(`the canary of ${application} is healed`, 15_000, () => ((this.agent.last(application)?.healedCount ?? 0) > healed ? true : undefined), () => JSON.stringify(this.agent.last(application)?.message));
    }
  }

  #writes() {
    return this.cluster.auditLog.writes({ excludeNamespaces: [SYSTEM] }).filter(({ userAgent, requestUri }) => userAgent === 'capstan-agent' && !requestUri.includes('/canary'));
  }
}

/** An object of every application that its tests edit to know that the agent has looked. */
function canaryOf(application: string): string {
  return `canary-${application}`;
}
