import { ok, type Result } from '#kernel';
import { parseApiVersion, type KubeObject, type ObjectRef } from '#domain';
import type { KubeClient, KubeFailure, ResourceInfo } from '#kube';
import type { Cluster } from '../reconcile/agent.ports.js';

/** An object by the version under which it was applied. */
export interface ObjectAddress {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
}

export interface ReadHow {
  /** @default false */
  readonly metadataOnly?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Reads objects of applications: with the agent's own account where it may, else as the account that applies. Which account serves a kind
 * is remembered, so that a refusal costs one request per kind and not one per object.
 */
export class ObjectReader {
  /** `group/Kind` that the agent's own account may not read. Bounded by the kinds of the cluster. */
  readonly #refused = new Set<string>();

  constructor(private readonly cluster: Cluster) {}

  /** undefined only when the server says that this very object is not there. Everything else that is not an object is a failure. */
  async read(address: ObjectAddress, how: ReadHow): Promise<Result<KubeObject | undefined, KubeFailure>> {
    // Who an object is, is the same in every version; what it says is not.
    const resource = await (how.metadataOnly === true ? this.resolveAny(address, how.signal) : this.resolve(address, how.signal));
    if (!resource.ok) return resource;
    const { namespace, name } = address.ref;
    const found = await this.asWhoMay(resource.value, (client) => client.get(resource.value, namespace, name, how));
    if (found.ok) return found;
    return isAbsent(found.error, resource.value, name) ? ok(undefined) : found;
  }

  resolve({ ref, apiVersion }: ObjectAddress, signal: AbortSignal): Promise<Result<ResourceInfo, KubeFailure>> {
    return this.cluster.own.resolve(ref.group, ref.kind, parseApiVersion(apiVersion).version, { signal });
  }

  /** The same, or another version where the one under which the object was applied is no longer served: to look for it, let go of it, or remove it. */
  async resolveAny(address: ObjectAddress, signal: AbortSignal): Promise<Result<ResourceInfo, KubeFailure>> {
    const resource = await this.resolve(address, signal);
    return resource.ok || resource.error.code !== 'KIND_NOT_FOUND' ? resource : this.cluster.own.resolve(address.ref.group, address.ref.kind, undefined, { signal });
  }

  /** Asks the server anew which version of a kind it serves. */
  resolveAnew({ group, kind }: ObjectRef, signal: AbortSignal): Promise<Result<ResourceInfo, KubeFailure>> {
    this.cluster.own.invalidateDiscovery(group);
    return this.cluster.own.resolve(group, kind, undefined, { signal });
  }

  /** An object by the version that the server prefers. */
  async addressOf(ref: ObjectRef, signal: AbortSignal): Promise<Result<ObjectAddress, KubeFailure>> {
    const resource = await this.cluster.own.resolve(ref.group, ref.kind, undefined, { signal });
    if (!resource.ok) return resource;
    const { group, version } = resource.value;
    return ok({ ref, apiVersion: group === '' ? version : `${group}/${version}` });
  }

  /** The account that may read objects of a kind, as far as is known. */
  clientFor({ group, kind }: ResourceInfo): KubeClient {
    return this.#refused.has(`${group}/${kind}`) ? this.cluster.applier : this.cluster.own;
  }

  /** Runs a read with the account that may make it. */
  async asWhoMay<T>(resource: ResourceInfo, read: (client: KubeClient) => Promise<Result<T, KubeFailure>>): Promise<Result<T, KubeFailure>> {
    const kind = `${resource.group}/${resource.kind}`;
    if (!this.#refused.has(kind)) {
      const own = await read(this.cluster.own);
      if (own.ok || own.error.code !== 'FORBIDDEN') return own;
      this.#refused.add(kind);
    }
    const lent = await read(this.cluster.applier);
    if (!lent.ok && lent.error.code === 'FORBIDDEN') this.#refused.delete(kind);
    return lent;
  }
}

/** A NotFound that speaks of another object (the namespace, a proxy's idea) says nothing about this one. */
function isAbsent(failure: KubeFailure, resource: ResourceInfo, name: string): boolean {
  const { code, subject } = failure;
  return code === 'NOT_FOUND' && subject?.name === name && subject.resource === resource.plural && subject.group === resource.group;
}
