import type { Json } from '#kernel';
import type { KubeObject, ObjectRef, TargetReport } from '#domain';
import { createKubeClient, tokenCredentials, type KubeClient } from '#kube';
import { startRealKubernetes, type RealCluster, type RealKubernetes } from '#testing';
import { TestAgent, TestSource } from '../../../apps/agent/test/test-agent.js';
import { anAssignment } from '../../../apps/agent/test/test-orders.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { installAgentAccounts } from '../install-agent-accounts.js';

const SYSTEM = 'capstan-system';

/** A real control plane with the agent's core on it. The audit log is the witness of what the agent wrote. */
export class ApplyingStage {
  #generation = 0;

  private constructor(
    private readonly kubernetes: RealKubernetes,
    readonly cluster: RealCluster,
    readonly agent: TestAgent,
    private readonly source: TestSource,
  ) {}

  static async start(): Promise<ApplyingStage> {
    const kubernetes = await startRealKubernetes();
    const [cluster] = kubernetes.clusters;
    if (cluster === undefined) throw new Error('no cluster was started');
    for (const name of [SYSTEM, 'shop']) must(await cluster.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'the-suite' }));
    await installAgentAccounts(cluster, 'apply: { preset: cluster-admin }');
    const token = await cluster.tokenFor(SYSTEM, 'capstan-agent');
    const source = new TestSource();
    const agent = await TestAgent.start({ agentClient: () => createKubeClient({ server: cluster.server, caPem: cluster.caPem, credentials: tokenCredentials(token) }, { userAgent: 'capstan-agent' }) }, source);
    return new ApplyingStage(kubernetes, cluster, agent, source);
  }

  get admin(): KubeClient {
    return this.cluster.client;
  }

  async stop(): Promise<void> {
    await this.agent.stop();
    await this.kubernetes.stop();
  }

  /** Releases these objects as an application. */
  async order(application: string, objects: readonly KubeObject[]): Promise<bigint> {
    this.#generation += 1;
    this.source.put(`r${this.#generation}`, objects);
    await this.agent.accept(anAssignment({ application, generation: this.#generation, release: `r${this.#generation}` }));
    return BigInt(this.#generation);
  }

  /** The same, and waits for what is reported of it. */
  async applied(application: string, objects: readonly KubeObject[], what: Partial<TargetReport> = { sync: 'SYNCED', reason: 'SYNCED' }): Promise<TargetReport> {
    return this.agent.reported({ generation: await this.order(application, objects), ...what }, application);
  }

  /** undefined: it is not there. */
  async live(ref: ObjectRef): Promise<KubeObject | undefined> {
    const found = await this.admin.get(must(await this.admin.resolve(ref.group, ref.kind)), ref.namespace, ref.name);
    return !found.ok && found.error.code === 'NOT_FOUND' ? undefined : must(found);
  }

  async there(ref: ObjectRef): Promise<KubeObject> {
    const live = await this.live(ref);
    if (live === undefined) throw new Error(`${ref.kind} ${ref.name} is not there`);
    return live;
  }

  mark(): void {
    this.cluster.auditLog.mark();
  }

  /** What the agent wrote outside its own namespace since `mark`. */
  writes(): readonly string[] {
    return this.cluster.auditLog
      .writes({ excludeNamespaces: [SYSTEM] })
      .filter(({ userAgent }) => userAgent === 'capstan-agent')
      .map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace === '' ? '' : `${namespace}/`}${name}`)
      .toSorted();
  }
}

/** The object asks to be applied in a certain way. */
export function asking(object: KubeObject, apply: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, 'capstan.dev/apply': apply } } };
}

/** A Deployment under another selector, which never changes. */
export function withSelector(object: KubeObject, app: string): KubeObject {
  const spec: { readonly [name: string]: Json } = JSON.parse(JSON.stringify(object['spec']).replaceAll(/\{"app":"[^"]*"\}/g, JSON.stringify({ app })));
  return { ...object, spec };
}
