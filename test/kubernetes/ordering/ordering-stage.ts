import type { KubeObject, ObjectRef } from '#domain';
import { createKubeClient, tokenCredentials, type KubeClient } from '#kube';
import { startRealKubernetes, type AuditEntry, type RealCluster, type RealKubernetes } from '#testing';
import { TestAgent, TestSource, type TestAgentOptions } from '../../../apps/agent/test/test-agent.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { installAgentAccounts } from '../install-agent-accounts.js';

const SYSTEM = 'capstan-system';

/** A real control plane with the agent's core on it, which can be killed and started again. The audit log is the witness of what it wrote. */
export class OrderingStage {
  #epoch = 0;
  agent: TestAgent;

  private constructor(
    private readonly kubernetes: RealKubernetes,
    readonly cluster: RealCluster,
    readonly source: TestSource,
    private readonly client: () => KubeClient,
    agent: TestAgent,
  ) {
    this.agent = agent;
    this.#epoch = 1;
  }

  static async start(): Promise<OrderingStage> {
    const kubernetes = await startRealKubernetes();
    const [cluster] = kubernetes.clusters;
    if (cluster === undefined) throw new Error('no cluster was started');
    must(await cluster.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM } }, { fieldManager: 'kubectl' }));
    await installAgentAccounts(cluster, 'apply: { preset: cluster-admin }');
    const token = await cluster.tokenFor(SYSTEM, 'capstan-agent');
    const source = new TestSource();
    const client = (): KubeClient => createKubeClient({ server: cluster.server, caPem: cluster.caPem, credentials: tokenCredentials(token) }, { userAgent: 'capstan-agent' });
    return new OrderingStage(kubernetes, cluster, source, client, await TestAgent.start({ agentClient: client }, source, 1));
  }

  /** Another process takes over, after the one before was killed. */
  async restart(options: TestAgentOptions = {}): Promise<void> {
    await this.agent.stop();
    this.#epoch += 1;
    this.agent = await TestAgent.start({ agentClient: this.client }, this.source, this.#epoch, options);
  }

  async stop(): Promise<void> {
    await this.agent.stop();
    await this.kubernetes.stop();
  }

  async find(ref: ObjectRef): Promise<KubeObject | undefined> {
    const found = await this.cluster.client.get(must(await this.cluster.client.resolve(ref.group, ref.kind)), ref.namespace, ref.name);
    return found.ok ? found.value : undefined;
  }

  mark(): void {
    this.cluster.auditLog.mark();
  }

  /** What the agent wrote in a namespace, as the API server's log has it. */
  writes(namespace: string): readonly string[] {
    return this.entries(namespace).map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
  }

  entries(namespace: string): readonly AuditEntry[] {
    return this.cluster.auditLog.writes({ excludeNamespaces: [SYSTEM] }).filter((entry) => entry.userAgent === 'capstan-agent' && (entry.namespace === namespace || entry.namespace === ''));
  }
}
