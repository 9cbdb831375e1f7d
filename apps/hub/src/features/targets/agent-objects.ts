import type { Result } from '#kernel';
import type { ClusterId, ObjectRef, ResourceTree, TargetId, TestRun } from '#domain';
import type { DescribedObject, LogEnd, LogQuestion, TestsQuestion } from '#wire';

/** Why an agent gave no answer. `message` is the agent's, for people. */
export interface AgentSilence {
  readonly code: string;
  readonly message?: string;
}
type Answer<T> = Promise<Result<T, AgentSilence>>;

/** Questions to the agent of a cluster. The agent gateway implements it; only agents of this replica can be asked. */
export interface AgentObjects {
  /** One object of a target's inventory as the cluster has it now; the agent masks what is secret. */
  describeObject(cluster: ClusterId, target: TargetId, ref: ObjectRef, signal: AbortSignal): Answer<DescribedObject>;
  /** What a target consists of now, down to its pods. */
  listResources(cluster: ClusterId, target: TargetId, signal: AbortSignal): Answer<ResourceTree>;
  /** Begins a run of the tests of what a target has applied, or asks how the last one stands. */
  tests(cluster: ClusterId, question: TestsQuestion, signal: AbortSignal): Answer<TestRun>;
  /** Hands on the parts of a log as they come; resolves with how it ended. Aborting `signal` stops the agent too. */
  readLogs(cluster: ClusterId, question: LogQuestion, onText: (text: string) => void, signal: AbortSignal): Answer<LogEnd>;
}

export const AGENT_OBJECTS = Symbol('AgentObjects');
