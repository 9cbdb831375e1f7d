import { err, ok, type Ids, type Result, type Timers } from '#kernel';
import type { ClusterId, ObjectRef, TargetId } from '#domain';
import { decodeDescribedObject, encodeDescribeObject, isRequestFailureCode, MAX_OPEN_REQUESTS, type DescribedObject, type RequestFailureCode, type WireRequest, type WireResponse } from '#wire';
import type { LiveSession } from '../session/live-session.js';
import type { LiveSessions } from '../session/live-sessions.js';

export type AgentRequestFailure =
  /** The agent has no stream to this replica now. */
  | { readonly code: 'AGENT_NOT_CONNECTED' }
  /** The asker gave up. */
  | { readonly code: 'ABORTED' }
  /** What the agent said, or that it took too long or has too many questions open. `message` is the agent's, for people. */
  | { readonly code: RequestFailureCode; readonly message: string };

interface OpenRequest {
  readonly session: LiveSession;
  settle(result: Result<WireResponse['answer'], AgentRequestFailure>): void;
}

const DEADLINE_MS = 10_000;
const MAX_MESSAGE = 500;

/** The lane of questions to agents: correlated by id, at most 8 open for each agent, each with a deadline. Only agents of this replica can be asked. */
export class AgentRequests {
  private readonly open = new Map<string, OpenRequest>();

  constructor(
    private readonly sessions: LiveSessions,
    private readonly ids: Ids,
    private readonly timers: Timers,
  ) {}

  /** One object of a target's inventory as the cluster has it now; the agent masks what is secret. */
  async describeObject(cluster: ClusterId, target: TargetId, ref: ObjectRef, signal: AbortSignal): Promise<Result<DescribedObject, AgentRequestFailure>> {
    const answer = await this.ask(cluster, signal, (requestId) => ({ requestId, deadlineMs: DEADLINE_MS, question: { $case: 'describeObject', value: encodeDescribeObject(target, ref) } }));
    if (!answer.ok) return answer;
    if (answer.value?.$case === 'failure') {
      const { code, message } = answer.value.value;
      return err({ code: isRequestFailureCode(code) ? code : 'UNAVAILABLE', message: message.slice(0, MAX_MESSAGE) });
    }
    const described = answer.value?.$case === 'describedObject' ? decodeDescribedObject(answer.value.value) : undefined;
    return described?.ok === true ? ok(described.value) : err({ code: 'UNKNOWN_REQUEST', message: '' });
  }

  /** A Response of an agent. One that nobody waits for, or that another agent was asked for, is dropped. */
  onResponse(session: LiveSession, response: WireResponse): void {
    const request = this.open.get(response.requestId);
    if (request?.session === session) request.settle(ok(response.answer));
  }

  /** The stream of these questions is over: nobody will answer. */
  onSessionEnd(session: LiveSession): void {
    for (const request of [...this.open.values()]) if (request.session === session) request.settle(err({ code: 'AGENT_NOT_CONNECTED' }));
  }

  private async ask(cluster: ClusterId, signal: AbortSignal, question: (requestId: string) => WireRequest): Promise<Result<WireResponse['answer'], AgentRequestFailure>> {
    const session = this.sessions.get(cluster);
    if (session === undefined || session.isOver) return err({ code: 'AGENT_NOT_CONNECTED' });
    if (signal.aborted) return err({ code: 'ABORTED' });
    const openHere = [...this.open.values()].filter((request) => request.session === session).length;
    if (openHere >= MAX_OPEN_REQUESTS) return err({ code: 'OVERLOADED', message: '' });

    const requestId = this.ids.uuid();
    return new Promise((resolve) => {
      const settle = (result: Result<WireResponse['answer'], AgentRequestFailure>): void => {
        if (!this.open.delete(requestId)) return;
        deadline.cancel();
        signal.removeEventListener('abort', onAbort);
        resolve(result);
      };
      const onAbort = (): void => settle(err({ code: 'ABORTED' }));
      const deadline = this.timers.after(DEADLINE_MS, () => settle(err({ code: 'TIMEOUT', message: '' })));
      signal.addEventListener('abort', onAbort, { once: true });
      this.open.set(requestId, { session, settle });
      if (!session.send({ $case: 'request', value: question(requestId) })) settle(err({ code: 'AGENT_NOT_CONNECTED' }));
    });
  }
}
