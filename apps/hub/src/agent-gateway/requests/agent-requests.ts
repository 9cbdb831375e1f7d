import { err, ok, type Ids, type Result, type Timers } from '#kernel';
import type { ClusterId, ObjectRef, ResourceTree, TargetId, TestRun } from '#domain';
import {
  decodeDescribedObject, decodeGateJobRun, decodeLogPart, decodeMeasurement, decodeRequestFailure, decodeResourceTree, decodeTestRun, encodeAskTests, encodeDescribeObject, encodeListResources, encodeMeasureMetric, encodeReadLogs, encodeRunGateJob, LOG_LIMITS,
  MAX_OPEN_GATE_REQUESTS, MAX_OPEN_REQUESTS, type DescribedObject, type GateJobQuestion, type GateJobState, type LogEnd, type LogQuestion, type Measurement, type RequestFailureCode, type TestsQuestion, type WireFailure, type WireRequest, type WireResponse,
} from '#wire';
import type { LiveSession } from '../session/live-session.js';
import type { LiveSessions } from '../session/live-sessions.js';

export type AgentRequestFailure =
  /** The agent has no stream to this replica now. */
  | { readonly code: 'AGENT_NOT_CONNECTED' }
  /** The asker gave up. */
  | { readonly code: 'ABORTED' }
  /** What the agent said, or that it took too long or has too many questions open. `message` is the agent's, for people. */
  | { readonly code: RequestFailureCode; readonly message: string };

type Answer = WireResponse['answer'];
type Lane = 'QUESTIONS' | 'GATES' | 'LOGS';

interface OpenRequest {
  readonly session: LiveSession;
  readonly lane: Lane;
  onAnswer(answer: Answer): void;
  fail(failure: AgentRequestFailure): void;
}

interface Asked<T> {
  readonly cluster: ClusterId;
  readonly lane: Lane;
  readonly deadlineMs: number;
  readonly question: NonNullable<WireRequest['question']>;
  /** undefined: there is more to come. */
  readonly read: (answer: Answer) => Result<T, AgentRequestFailure> | undefined;
}

const DEADLINE_MS = 10_000;
const READ_LOGS_MS = 30_000;
/** What an agent may take longer than its own limit before it counts as silent. */
const GRACE_MS = 15_000;
const MAX_OPEN: Readonly<Record<Lane, number>> = { QUESTIONS: MAX_OPEN_REQUESTS, GATES: MAX_OPEN_GATE_REQUESTS, LOGS: LOG_LIMITS.streams };
const CANCELS = 'requests.cancel';

/**
 * The lane of questions to agents: correlated by id, bounded for each agent, each with a deadline, and cancelled at the agent when nobody waits any more.
 * Only agents of this replica can be asked.
 */
export class AgentRequests {
  private readonly open = new Map<string, OpenRequest>();

  constructor(
    private readonly sessions: LiveSessions,
    private readonly ids: Ids,
    private readonly timers: Timers,
  ) {}

  /** One object of a target's inventory as the cluster has it now; the agent masks what is secret. */
  describeObject(cluster: ClusterId, target: TargetId, ref: ObjectRef, signal: AbortSignal): Promise<Result<DescribedObject, AgentRequestFailure>> {
    const question = { $case: 'describeObject', value: encodeDescribeObject(target, ref) } as const;
    return this.ask({ cluster, lane: 'QUESTIONS', deadlineMs: DEADLINE_MS, question, read: (answer) => (answer?.$case === 'describedObject' ? understood(decodeDescribedObject(answer.value)) : refused(answer)) }, signal);
  }

  /** What a target consists of now, down to its pods. */
  listResources(cluster: ClusterId, target: TargetId, signal: AbortSignal): Promise<Result<ResourceTree, AgentRequestFailure>> {
    const question = { $case: 'listResources', value: encodeListResources(target) } as const;
    return this.ask({ cluster, lane: 'QUESTIONS', deadlineMs: DEADLINE_MS, question, read: (answer) => (answer?.$case === 'resourceTree' ? understood(decodeResourceTree(answer.value)) : refused(answer)) }, signal);
  }

  /** Begins a run of the tests of what a target has applied, or asks how the last one stands. */
  tests(cluster: ClusterId, asked: TestsQuestion, signal: AbortSignal): Promise<Result<TestRun, AgentRequestFailure>> {
    const question = { $case: 'askTests', value: encodeAskTests(asked) } as const;
    return this.ask({ cluster, lane: 'QUESTIONS', deadlineMs: DEADLINE_MS, question, read: (answer) => (answer?.$case === 'testRun' ? understood(decodeTestRun(answer.value)) : refused(answer)) }, signal);
  }

  /** The value of a PromQL query, by the Prometheus that the agent of a cluster was set up with. */
  measureMetric(cluster: ClusterId, query: string, signal: AbortSignal): Promise<Result<Measurement, AgentRequestFailure>> {
    const question = { $case: 'measureMetric', value: encodeMeasureMetric(query) } as const;
    return this.ask({ cluster, lane: 'GATES', deadlineMs: DEADLINE_MS, question, read: (answer) => (answer?.$case === 'measurement' ? understood(decodeMeasurement(answer.value)) : refused(answer)) }, signal);
  }

  /** Begins a Job for a gate, unless it has begun, and tells how it stands. */
  gateJob(cluster: ClusterId, asked: GateJobQuestion, signal: AbortSignal): Promise<Result<GateJobState, AgentRequestFailure>> {
    const question = { $case: 'runGateJob', value: encodeRunGateJob(asked) } as const;
    return this.ask({ cluster, lane: 'GATES', deadlineMs: DEADLINE_MS, question, read: (answer) => (answer?.$case === 'gateJobRun' ? understood(decodeGateJobRun(answer.value)) : refused(answer)) }, signal);
  }

  /** Hands the parts of a log to `onText` as they come and resolves with how it ended. What an agent sends beyond the limits is not handed on. */
  readLogs(cluster: ClusterId, question: LogQuestion, onText: (text: string) => void, signal: AbortSignal): Promise<Result<LogEnd, AgentRequestFailure>> {
    const deadlineMs = question.follow ? LOG_LIMITS.followMs + GRACE_MS : READ_LOGS_MS;
    let room = question.follow ? (LOG_LIMITS.charactersPerSecond * LOG_LIMITS.followMs) / 1_000 : LOG_LIMITS.characters;
    const read = (answer: Answer): Result<LogEnd, AgentRequestFailure> | undefined => {
      if (answer?.$case !== 'logPart') return refused(answer);
      const { text, end } = decodeLogPart(answer.value);
      if (text !== '') onText(text.slice(0, room));
      room -= text.length;
      return end === undefined && room >= 0 ? undefined : ok(end ?? 'SIZE_LIMIT');
    };
    return this.ask({ cluster, lane: 'LOGS', deadlineMs, question: { $case: 'readLogs', value: encodeReadLogs(question) }, read }, signal);
  }

  /** A Response of an agent. One that nobody waits for, or that another agent was asked for, is dropped. */
  onResponse(session: LiveSession, response: WireResponse): void {
    const request = this.open.get(response.requestId);
    if (request?.session === session) request.onAnswer(response.answer);
  }

  /** The stream of these questions is over: nobody will answer. */
  onSessionEnd(session: LiveSession): void {
    for (const request of [...this.open.values()]) if (request.session === session) request.fail({ code: 'AGENT_NOT_CONNECTED' });
  }

  private async ask<T>({ cluster, lane, deadlineMs, question, read }: Asked<T>, signal: AbortSignal): Promise<Result<T, AgentRequestFailure>> {
    const session = this.sessions.get(cluster);
    if (session === undefined || session.isOver) return err({ code: 'AGENT_NOT_CONNECTED' });
    if (signal.aborted) return err({ code: 'ABORTED' });
    const openHere = [...this.open.values()].filter((request) => request.session === session && request.lane === lane).length;
    if (openHere >= MAX_OPEN[lane]) return err({ code: 'OVERLOADED', message: '' });

    const requestId = this.ids.uuid();
    return new Promise((resolve) => {
      const settle = (result: Result<T, AgentRequestFailure>): boolean => {
        if (!this.open.delete(requestId)) return false;
        deadline.cancel();
        signal.removeEventListener('abort', onAbort);
        resolve(result);
        return true;
      };
      /** Settled by us: the agent may stop. */
      const giveUp = (result: Result<T, AgentRequestFailure>): void => {
        if (settle(result) && session.capabilities.has(CANCELS)) session.send({ $case: 'cancelRequest', value: { requestId } });
      };
      const onAbort = (): void => giveUp(err({ code: 'ABORTED' }));
      const deadline = this.timers.after(deadlineMs, () => giveUp(err({ code: 'TIMEOUT', message: '' })));
      const onAnswer = (answer: Answer): void => {
        const result = read(answer);
        if (result === undefined) return;
        if (answer?.$case === 'logPart' && !answer.value.last) giveUp(result);
        else settle(result);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.open.set(requestId, { session, lane, onAnswer, fail: (failure) => void settle(err(failure)) });
      if (!session.send({ $case: 'request', value: { requestId, deadlineMs, question } })) settle(err({ code: 'AGENT_NOT_CONNECTED' }));
    });
  }
}

/** An answer that is none to the question. */
function refused(answer: Answer): Result<never, AgentRequestFailure> {
  return err(answer?.$case === 'failure' ? decodeRequestFailure(answer.value) : { code: 'UNKNOWN_REQUEST', message: '' });
}

function understood<T>(decoded: Result<T, WireFailure>): Result<T, AgentRequestFailure> {
  return decoded.ok ? decoded : err({ code: 'UNKNOWN_REQUEST', message: '' });
}
