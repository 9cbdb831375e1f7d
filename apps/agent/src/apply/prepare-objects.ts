import { assertNever } from '#kernel';
import { done, MAX_OBJECT_BYTES, parseApiVersion, prepareObject, renderedScopes, stalled, wait, type KubeObject, type ObjectScope, type PrepareFailure, type StepOutcome } from '#domain';
import type { KubeFailure } from '#kube';
import type { Cluster } from '../reconcile/agent.ports.js';
import { inParallel } from './in-parallel.js';

export interface PrepareHow {
  readonly cluster: Cluster;
  /** Value of the owner annotation. */
  readonly owner: string;
  /** For objects without one; empty: none. */
  readonly namespace: string;
  readonly maxCalls: number;
  readonly signal: AbortSignal;
  /** Leave out what cannot be prepared. Only to know again what was applied before, never to plan. @default false */
  readonly isLenient?: boolean;
}

const RETRY_MS = 2_000;

/** Rendered objects made ready to be applied to this cluster. All of them or a reason: one that cannot be prepared fails the whole. */
export async function prepareObjects(objects: readonly KubeObject[], how: PrepareHow): Promise<StepOutcome<readonly KubeObject[]>> {
  const rendered = renderedScopes(objects);
  const scopes = new Map<string, ObjectScope>();
  const kinds = new Map(objects.map((object) => [`${object.apiVersion}/${object.kind}`, object]));
  let failure: KubeFailure | undefined;
  await inParallel([...kinds], how.maxCalls, async ([id, { apiVersion, kind }]) => {
    const { group, version } = parseApiVersion(apiVersion);
    const resource = await how.cluster.own.resolve(group, kind, version, { signal: how.signal });
    const scope = resource.ok ? (resource.value.namespaced ? 'NAMESPACED' : 'CLUSTER') : rendered.get(`${group}/${kind}`);
    if (scope !== undefined) scopes.set(id, scope);
    else if (!resource.ok && resource.error.code !== 'KIND_NOT_FOUND') failure ??= resource.error;
  });
  if (failure !== undefined) return explainDiscovery(failure);

  const prepared: KubeObject[] = [];
  for (const object of objects) {
    const one = prepareObject(object, {
      owner: how.owner,
      defaultNamespace: how.namespace,
      agentNamespace: how.cluster.reserved.namespace,
      scopeOf: (apiVersion, kind) => scopes.get(`${apiVersion}/${kind}`),
      isOfAgentChart: () => false, // by name nothing can be told; the live object is asked before any write
    });
    if (one.ok) prepared.push(one.value);
    else if (how.isLenient !== true) return stalled(one.error.code, sayFailure(one.error));
  }
  return done(prepared);
}

function explainDiscovery({ code, message }: KubeFailure): StepOutcome<never> {
  return wait(RETRY_MS, code === 'TOO_MANY_REQUESTS' ? 'CLUSTER_BUSY' : 'CLUSTER_UNAVAILABLE', `discovery: ${message.slice(0, 500)}`);
}

function sayFailure(failure: PrepareFailure): string {
  switch (failure.code) {
    case 'INVALID_OBJECT':
      return `${failure.object}: ${failure.reason}`;
    case 'KIND_NOT_FOUND':
      return `${failure.object}: the cluster does not serve ${failure.apiVersion}`;
    case 'RESERVED_NAMESPACE':
      return `${failure.object} is in the namespace of the agent`;
    case 'OBJECT_TOO_LARGE':
      return `${failure.object} has ${failure.bytes} bytes; the API server stores at most ${MAX_OBJECT_BYTES}`;
    default:
      return assertNever(failure);
  }
}
