import { objectRefOf, type KubeObject } from '#domain';
import type { KubeClient } from '#kube';
import type { AuditEntry, RealCluster } from '#testing';
import { AGENT_ACCOUNT, AGENT_NAMESPACE, APPLY_ACCOUNT } from './agent-accounts.js';
import { must } from '../../contract/kubernetes/contract-server.js';
import type { Program } from './program.js';

/** A real cluster of the stage with its agent; `admin` is the person with kubectl. */
export class StageCluster {
  constructor(
    readonly name: string,
    readonly real: RealCluster,
    readonly agent: Program,
  ) {}

  get admin(): KubeClient {
    return this.real.client;
  }

  /** Forgets what the audit log holds so far. */
  mark(): void {
    this.real.auditLog.mark();
  }

  /** Everything that was changed outside of the agent's own namespace since `mark`, by whomever but the control plane and the administrator. */
  writes(): readonly AuditEntry[] {
    return this.real.auditLog.writes({ excludeNamespaces: [AGENT_NAMESPACE], excludeUsers: ['admin', 'harness'] });
  }

  /** The same as lines, sorted: `patch apps/deployments podinfo/podinfo`; of one namespace, if that is all a promise speaks of. */
  writeLines(namespace?: string): readonly string[] {
    return this.writes().filter((entry) => namespace === undefined || entry.namespace === namespace).map(lineOf).toSorted();
  }

  deleteLines(): readonly string[] {
    return this.writes().filter(({ verb }) => verb.startsWith('delete')).map(lineOf).toSorted();
  }

  /** Writes that did not come from the agent acting as the applying account. */
  strangeWrites(): readonly AuditEntry[] {
    return this.writes().filter(({ user, impersonatedUser }) => user !== AGENT_ACCOUNT || impersonatedUser !== APPLY_ACCOUNT);
  }

  /** An object as it is, or undefined when the server says that it is not there. */
  async find(kind: string, namespace: string, name: string): Promise<KubeObject | undefined> {
    const [, group = '', plain = ''] = /^(?:(.*)\/)?([^/]+)$/.exec(kind) ?? [];
    const resource = await this.admin.resolve(group, plain);
    if (!resource.ok && resource.error.code === 'KIND_NOT_FOUND') return undefined;
    const found = await this.admin.get(must(resource), namespace, name);
    return !found.ok && found.error.code === 'NOT_FOUND' ? undefined : must(found);
  }

  async get(kind: string, namespace: string, name: string): Promise<KubeObject> {
    const found = await this.find(kind, namespace, name);
    if (found === undefined) throw new Error(`${this.name} has no ${kind} ${namespace}/${name}`);
    return found;
  }

  /** What `kubectl edit` does. */
  async edit(kind: string, namespace: string, name: string, patch: object): Promise<void> {
    const [, group = '', plain = ''] = /^(?:(.*)\/)?([^/]+)$/.exec(kind) ?? [];
    must(await this.admin.mergePatch(must(await this.admin.resolve(group, plain)), namespace, name, patch, { fieldManager: 'kubectl-edit' }));
  }

  /** What `kubectl delete` does. */
  async delete(kind: string, namespace: string, name: string): Promise<void> {
    const object = await this.get(kind, namespace, name);
    must(await this.admin.delete(must(await this.admin.resolve(objectRefOf(object).group, object.kind)), namespace, name, { uid: object.metadata.uid ?? '' }));
  }

  /** What `kubectl apply --server-side` does. */
  async apply(...objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) must(await this.admin.apply(object, { fieldManager: 'kubectl', force: true }));
  }
}

function lineOf({ verb, group, resource, subresource, namespace, name }: AuditEntry): string {
  const kind = `${group === '' ? '' : `${group}/`}${resource}${subresource === '' ? '' : `/${subresource}`}`;
  const isNamespace = resource === 'namespaces' && group === '';
  return `${verb} ${kind} ${namespace === '' || isNamespace ? name : `${namespace}/${name}`}`;
}
