import type { Result } from '#kernel';
import type { ClusterId, ObjectRef, TargetId } from '#domain';
import type { DescribedObject } from '#wire';

/** Questions to the agent of a cluster. The agent gateway implements it; only agents of this replica can be asked. */
export interface AgentObjects {
  /** One object of a target's inventory as the cluster has it now; the agent masks what is secret. */
  describeObject(cluster: ClusterId, target: TargetId, ref: ObjectRef, signal: AbortSignal): Promise<Result<DescribedObject, { readonly code: string }>>;
}

export const AGENT_OBJECTS = Symbol('AgentObjects');
