import type { KubeObject, ObjectRef, TargetReport } from '#domain';
import { createKubeClient, tokenCredentials, type KubeClient } from '#kube';
import { startRealKubernetes, until, type AuditEntry, type RealCluster, type RealKubernetes } from '#testing';
import { TestAgent, TestSource, type TestAgentOptions } from '../../../apps/agent/test/test-agent.js';
import { anAssignment, aTombstone } from '../../../apps/agent/test/test-orders.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import { installAgentAccounts } from './install-agent-accounts.js';

export const SYSTEM = 'capstan-system';
/** Long, so that a busy machine proves nothing: what is awaited comes, or never does. */
const SAYS_MS = 60_000;

export interface AgentStageRequest {
  /** Beside that of the agent. @default ['shop'] */
  readonly namespaces?: readonly string[];
  /** Of the agent's chart. @default everything may be applied */
  readonly values?: string;
  /** Of the first agent. */
  readonly agent?: TestAgentOptions;
}

export type OrderMore = Partial<Parameters<typeof anAssignment>[0]>;
type RemovalMore = Partial<Parameters<typeof aTombstone>[0]>;
const SYNCED = { sync: 'SYNCED', reason: 'SYNCED' } as const;

/**
 * The agent's core on a real control plane, with the accounts of its chart and orders that count themselves. The agent can be killed and started
 * again. The audit log of the API server is the witness of what it wrote.
 */
export class AgentStage {
  readonly source = new TestSource();
  #generation = 0;
  #epoch = 0;
  #agent: TestAgent | undefined;

  protected constructor(
    private readonly kubernetes: RealKubernetes,
    readonly cluster: RealCluster,
    private readonly token: string,
  ) {}

  static async start(request: AgentStageRequest = {}): Promise<AgentStage> {
    return AgentStage.open(request, (...parts) => new AgentStage(...parts));
  }

  protected static async open<T extends AgentStage>({ namespaces = ['shop'], values = 'apply: { preset: cluster-admin }', agent }: AgentStageRequest, create: (...parts: readonly [RealKubernetes, RealCluster, string]) => T): Promise<T> {
    const kubernetes = await startRealKubernetes();
    const [cluster] = kubernetes.clusters;
    if (cluster === undefined) throw new Error('no cluster was started');
    for (const name of [SYSTEM, ...namespaces]) must(await cluster.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'kubectl' }));
    await installAgentAccounts(cluster, values);
    const stage = create(kubernetes, cluster, await cluster.tokenFor(SYSTEM, 'capstan-agent'));
    await stage.startAgent(agent);
    return stage;
  }

  /** A person with kubectl. */
  get admin(): KubeClient {
    return this.cluster.client;
  }

  get agent(): TestAgent {
    if (this.#agent === undefined) throw new Error('no agent runs');
    return this.#agent;
  }

  /** Another process takes over, with what the cluster holds; the one before is killed. */
  async startAgent(options: TestAgentOptions = {}): Promise<void> {
    await this.#agent?.stop();
    const { server, caPem } = this.cluster;
    this.#epoch += 1;
    const agentClient = (): KubeClient => createKubeClient({ server, caPem, credentials: tokenCredentials(this.token) }, { userAgent: 'capstan-agent' });
    this.#agent = await TestAgent.start({ agentClient }, this.source, this.#epoch, options);
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

  /** The same, and waits for what is said of it. */
  async ordered(application: string, objects: readonly KubeObject[], what: Partial<TargetReport> = SYNCED, more: OrderMore = {}): Promise<TargetReport> {
    return this.said(application, { generation: await this.order(application, objects, more), ...what });
  }

  /** The same, until it is there, healthy or not. */
  async synced(application: string, objects: readonly KubeObject[], more: OrderMore = {}): Promise<TargetReport> {
    return this.ordered(application, objects, { sync: 'SYNCED' }, more);
  }

  /** The same, until it is there and healthy. */
  async applied(application: string, objects: readonly KubeObject[], more: OrderMore = {}): Promise<TargetReport> {
    return this.ordered(application, objects, { sync: 'SYNCED', health: 'HEALTHY' }, more);
  }

  async remove(application: string, more: RemovalMore = {}): Promise<bigint> {
    this.#generation += 1;
    const generation = this.#generation;
    await this.agent.accept(aTombstone({ application, generation, mode: 'DELETE', ...more }));
    return BigInt(generation);
  }

  async removed(application: string, more: RemovalMore = {}): Promise<TargetReport> {
    return this.said(application, { generation: await this.remove(application, more), sync: 'REMOVED' });
  }

  /** Waits for what the agent says of this generation. @param says words of its message */
  async said(application: string, what: Partial<TargetReport> & { readonly generation: bigint }, says = ''): Promise<TargetReport> {
    const expected = Object.entries(what);
    return until(
      `${application} says ${asText(what)} ${says}`,
      SAYS_MS,
      () => {
        const report = this.agent.last(application);
        if (report === undefined || !report.message.includes(says)) return undefined;
        const actual = new Map<string, unknown>(Object.entries(report));
        return expected.every(([key, value]) => actual.get(key) === value) ? report : undefined;
      },
      () => `last: ${asText(this.agent.last(application))}`,
    );
  }

  /** undefined: it is not there. */
  async find(ref: ObjectRef): Promise<KubeObject | undefined> {
    const found = await this.admin.get(must(await this.admin.resolve(ref.group, ref.kind)), ref.namespace, ref.name);
    return !found.ok && found.error.code === 'NOT_FOUND' ? undefined : must(found);
  }

  async live(ref: ObjectRef): Promise<KubeObject> {
    const found = await this.find(ref);
    if (found === undefined) throw new Error(`${ref.kind} ${ref.namespace}/${ref.name} is not there`);
    return found;
  }

  async uidOf(ref: ObjectRef): Promise<string> {
    return (await this.live(ref)).metadata.uid ?? '';
  }

  async becomes(ref: ObjectRef, what: string, isSo: (live: KubeObject) => boolean): Promise<KubeObject> {
    let last: KubeObject | undefined;
    return until(`${ref.kind} ${ref.name}: ${what}`, SAYS_MS, async () => {
      last = await this.find(ref);
      return last !== undefined && isSo(last) ? last : undefined;
    }, () => asText(last).slice(0, 4_000));
  }

  /** A merge patch by whoever is named. */
  async edit(ref: ObjectRef, patch: object, fieldManager = 'kubectl-edit', subresource?: 'scale' | 'status'): Promise<void> {
    const resource = must(await this.admin.resolve(ref.group, ref.kind));
    must(await this.admin.mergePatch(resource, ref.namespace, ref.name, patch, { fieldManager, ...(subresource === undefined ? {} : { subresource }) }));
  }

  async delete(ref: ObjectRef): Promise<void> {
    must(await this.admin.delete(must(await this.admin.resolve(ref.group, ref.kind)), ref.namespace, ref.name, { uid: await this.uidOf(ref) }));
  }

  /** Forgets what the audit log holds so far. */
  mark(): void {
    this.cluster.auditLog.mark();
  }

  /** Everything that the agent wrote outside its own namespace since `mark`, in its order. */
  entries(): readonly AuditEntry[] {
    return this.cluster.auditLog.writes({ excludeNamespaces: [SYSTEM] }).filter(isOfAgent);
  }

  /** The same as lines: `patch configmaps shop/settings`. */
  writes(): readonly string[] {
    return this.entries().map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace === '' ? '' : `${namespace}/`}${name}`);
  }

  /** Of one namespace, and of what is in none: `patch configmaps settings`. */
  writesIn(namespace: string): readonly string[] {
    return this.entries().filter((entry) => entry.namespace === namespace || entry.namespace === '').map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
  }

  /** These are the writes, and no others. The audit log tells of a write a moment after others can see what it did. */
  async wrote(...expected: readonly string[]): Promise<void> {
    await until(`the agent wrote ${expected.join(', ')}`, SAYS_MS, () => (asText(this.writes()) === asText(expected) ? true : undefined), () => `it wrote ${this.writes().join(', ')}`);
  }

  /** What it deleted since `mark`, refused deletes too, in its order. */
  deletes(): readonly string[] {
    const entries = this.cluster.auditLog.deletes({ excludeNamespaces: [SYSTEM], refused: true }).filter(isOfAgent);
    return entries.map(({ resource, namespace, name }) => `${resource} ${namespace}/${name}`);
  }
}

function isOfAgent({ userAgent }: AuditEntry): boolean {
  return userAgent === 'capstan-agent';
}

function asText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? String(member) : member)) ?? 'nothing';
}
