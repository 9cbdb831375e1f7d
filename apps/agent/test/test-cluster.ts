import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject, ObjectRef } from '#domain';
import { objectKey } from '#domain';
import { createKubeClient, tokenCredentials, type KubeClient } from '#kube';
import { startSandboxCluster, type SandboxCluster } from '#sandbox';
import { AuditLog } from '#testing';

export const AGENT_NAMESPACE = 'capstan-system';
export const APPLY_USER = `system:serviceaccount:${AGENT_NAMESPACE}:capstan-apply`;
const RBAC = 'rbac.authorization.k8s.io/v1';

/** A sandbox cluster as the agent's chart leaves it, with its audit log as the witness. `admin` is a person with kubectl. */
export class TestCluster {
  private constructor(
    readonly sandbox: SandboxCluster,
    readonly audit: AuditLog,
    readonly admin: KubeClient,
    private readonly directory: string,
  ) {}

  /** @param rules what capstan-apply may do; by default everything */
  static async start(rules: readonly object[] = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]): Promise<TestCluster> {
    const directory = await mkdtemp(join(tmpdir(), 'capstan-agent-test-'));
    const auditLogPath = join(directory, 'audit.log');
    const sandbox = await startSandboxCluster({ name: 'eu-1', auditLogPath, simulator: { readyAfterMs: 5, jobRunsMs: 5, progressDeadlineMs: 300 } });
    const { server, caPem, token } = sandbox.connection;
    const admin = createKubeClient({ server, caPem, credentials: tokenCredentials(token) }, { userAgent: 'kubectl' });
    const cluster = new TestCluster(sandbox, new AuditLog(auditLogPath), admin, directory);
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: AGENT_NAMESPACE } });
    for (const name of ['capstan-agent', 'capstan-apply']) await cluster.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: AGENT_NAMESPACE } });
    await cluster.grant('capstan-agent', [
      { apiGroups: [''], resources: ['secrets'], verbs: ['*'] },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
      { apiGroups: [''], resources: ['serviceaccounts'], resourceNames: ['capstan-apply'], verbs: ['impersonate'] },
      { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
    ]);
    await cluster.grant('capstan-apply', rules);
    return cluster;
  }

  /** A client as the agent has it: by a token of its own account. @param through port of a proxy on loopback */
  agentClient(through?: number): KubeClient {
    const { server: direct, caPem } = this.sandbox.connection;
    const server = through === undefined ? direct : Object.assign(new URL(direct), { port: String(through) }).href;
    return createKubeClient({ server, caPem, credentials: tokenCredentials(this.sandbox.tokenFor(AGENT_NAMESPACE, 'capstan-agent')) }, { userAgent: 'capstan-agent' });
  }

  async create(object: KubeObject): Promise<void> {
    unwrap(await this.admin.create(object));
  }

  async grant(account: string, rules: readonly object[]): Promise<void> {
    unwrap(await this.admin.apply({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: account }, rules: JSON.parse(JSON.stringify(rules)) }, { fieldManager: 'chart', force: true }));
    await this.admin.apply(
      {
        apiVersion: RBAC,
        kind: 'ClusterRoleBinding',
        metadata: { name: account },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: account },
        subjects: [{ kind: 'ServiceAccount', name: account, namespace: AGENT_NAMESPACE }],
      },
      { fieldManager: 'chart', force: true },
    );
  }

  /** What a person changes by hand. */
  async edit(ref: ObjectRef, patch: object, fieldManager = 'kubectl-edit'): Promise<void> {
    unwrap(await this.admin.mergePatch(await this.resource(ref), ref.namespace, ref.name, patch, { fieldManager }));
  }

  async remove(ref: ObjectRef): Promise<void> {
    const uid = this.object(ref)?.metadata.uid;
    if (uid === undefined) throw new Error(`${objectKey(ref)} is not there`);
    unwrap(await this.admin.delete(await this.resource(ref), ref.namespace, ref.name, { uid }));
  }

  object(ref: ObjectRef): KubeObject | undefined {
    return this.sandbox.objects().get(objectKey(ref));
  }

  /** Deletes that the agent's accounts made. */
  deletes(): readonly string[] {
    return this.audit.deletes({ excludeNamespaces: [AGENT_NAMESPACE] }).filter(({ userAgent }) => userAgent === 'capstan-agent').map(({ resource, namespace, name }) => `${resource} ${namespace}/${name}`);
  }

  /** Writes of the agent outside its own namespace. */
  writes(): readonly string[] {
    return this.audit
      .writes({ excludeNamespaces: [AGENT_NAMESPACE] })
      .filter(({ userAgent }) => userAgent === 'capstan-agent')
      .map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace === '' || resource === 'namespaces' ? '' : `${namespace}/`}${name}`);
  }

  async stop(): Promise<void> {
    this.admin.close();
    await this.sandbox.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async resource(ref: ObjectRef): Promise<Parameters<KubeClient['get']>[0]> {
    return unwrap(await this.admin.resolve(ref.group, ref.kind));
  }
}

export function unwrap<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } }): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}
