import type { Result } from '#kernel';
import type { ClusterId } from '#domain';
import type { GateJobQuestion, GateJobState, Measurement } from '#wire';

/** Why an agent gave no answer. `message` is the agent's, for people. */
export interface AgentSilence {
  readonly code: string;
  readonly message?: string;
}

/** Questions for gates to the agents of this replica. The agent gateway implements it. */
export interface ClusterAsker {
  /** Name of this replica, as it stands in the rows of the clusters whose streams it holds; undefined: it holds none. */
  readonly replica: string | undefined;
  /** The value of a PromQL query in a cluster now. Never rejects, and takes no longer than `ASKING_SECONDS`. */
  measureMetric(cluster: ClusterId, query: string, signal: AbortSignal): Promise<Result<Measurement, AgentSilence>>;
  /** Begins a Job for a gate, unless it has begun, and tells how it stands. Likewise. */
  gateJob(cluster: ClusterId, question: GateJobQuestion, signal: AbortSignal): Promise<Result<GateJobState, AgentSilence>>;
}

export const CLUSTER_ASKER = Symbol('ClusterAsker');

/** What was asked and not answered within this time is asked again, by whoever holds the stream then. */
export const ASKING_SECONDS = 30;
