import { ok, err, type Log, type MonotonicClock, type Result, type Timers } from '#kernel';
import {
  decodeAskTests, decodeDescribeObject, decodeListResources, decodeMeasureMetric, decodeReadLogs, decodeRunGateJob, encodeDescribedObject, encodeGateJobRun, encodeMeasurement, encodeRequestFailure, encodeResourceTree, encodeTestRun, MAX_OPEN_GATE_REQUESTS,
  MAX_OPEN_REQUESTS, type WireRequest, type WireResponse,
} from '#wire';
import { LogLane, type ResponseCarrier } from './log-lane.js';
import type { RequestFailure, RequestHandler } from './session.ports.js';

type Answer = NonNullable<WireResponse['answer']>;

const MAX_DEADLINE_MS = 30_000;
const UNKNOWN: RequestFailure = { code: 'UNKNOWN_REQUEST', message: '' };

/** Answers the questions of the hub, at most eight at once, those for gates and logs apart, each within its deadline, and never after the session or once the hub has lost interest. */
export class RequestLane {
  private readonly logs: LogLane;
  private readonly cancels = new Map<string, AbortController>();
  private readonly open = { ofPeople: 0, ofGates: 0 };

  constructor(
    private readonly handler: RequestHandler,
    clock: MonotonicClock,
    private readonly timers: Timers,
    private readonly log: Log,
  ) {
    this.logs = new LogLane(handler, clock, timers);
  }

  /** Never rejects. */
  async serve(request: WireRequest, carrier: ResponseCarrier, session: AbortSignal): Promise<void> {
    const { requestId, question } = request;
    if (this.cancels.has(requestId)) return; // asked twice: one answer
    const cancel = new AbortController();
    this.cancels.set(requestId, cancel);
    const signal = AbortSignal.any([session, cancel.signal]);
    try {
      const failure = question?.$case === 'readLogs' ? await this.readLogs(requestId, question.value, carrier, signal) : undefined;
      if (failure !== undefined) carrier.send(failed(requestId, failure));
      if (question?.$case === 'readLogs') return;
      const response = await this.answer(request, signal);
      if (!signal.aborted) carrier.send(response);
    } finally {
      this.cancels.delete(requestId);
    }
  }

  /** The hub does not wait any more. */
  cancel(requestId: string): void {
    this.cancels.get(requestId)?.abort(new Error('cancelled by the hub'));
  }

  private async readLogs(requestId: string, wire: Parameters<typeof decodeReadLogs>[0], carrier: ResponseCarrier, signal: AbortSignal): Promise<RequestFailure | undefined> {
    const question = decodeReadLogs(wire);
    if (!question.ok) return UNKNOWN;
    try {
      const failure = await this.logs.serve(requestId, question.value, carrier, signal);
      return signal.aborted ? undefined : failure;
    } catch (error) {
      if (signal.aborted) return undefined;
      return this.unexpected(requestId, error);
    }
  }

  private async answer(request: WireRequest, session: AbortSignal): Promise<WireResponse> {
    const { requestId } = request;
    const lane = request.question?.$case === 'measureMetric' || request.question?.$case === 'runGateJob' ? 'ofGates' : 'ofPeople';
    if (this.open[lane] >= (lane === 'ofGates' ? MAX_OPEN_GATE_REQUESTS : MAX_OPEN_REQUESTS)) return failed(requestId, { code: 'OVERLOADED', message: '' });
    this.open[lane] += 1;
    const deadline = new AbortController();
    const timer = this.timers.after(Math.min(Math.max(1, request.deadlineMs), MAX_DEADLINE_MS), () => deadline.abort(new Error('deadline')));
    try {
      const answer = await this.work(request, AbortSignal.any([session, deadline.signal]));
      return answer.ok ? { requestId, answer: answer.value } : failed(requestId, answer.error);
    } catch (error) {
      return failed(requestId, deadline.signal.aborted ? { code: 'TIMEOUT', message: '' } : this.unexpected(requestId, error));
    } finally {
      timer.cancel();
      this.open[lane] -= 1;
    }
  }

  private async work({ question }: WireRequest, signal: AbortSignal): Promise<Result<Answer, RequestFailure>> {
    switch (question?.$case) {
      case 'describeObject': {
        const asked = decodeDescribeObject(question.value);
        if (!asked.ok) return err(UNKNOWN);
        const described = await this.handler.describeObject(asked.value.target, asked.value.ref, signal);
        return described.ok ? ok({ $case: 'describedObject', value: encodeDescribedObject(described.value) }) : described;
      }
      case 'listResources': {
        const target = decodeListResources(question.value);
        if (!target.ok) return err(UNKNOWN);
        const tree = await this.handler.listResources(target.value, signal);
        return tree.ok ? ok({ $case: 'resourceTree', value: encodeResourceTree(tree.value) }) : tree;
      }
      case 'askTests': {
        const asked = decodeAskTests(question.value);
        if (!asked.ok) return err(UNKNOWN);
        const run = await this.handler.tests(asked.value, signal);
        return run.ok ? ok({ $case: 'testRun', value: encodeTestRun(run.value) }) : run;
      }
      case 'measureMetric': {
        const query = decodeMeasureMetric(question.value);
        if (!query.ok) return err(UNKNOWN);
        const measured = await this.handler.measure(query.value, signal);
        return measured.ok ? ok({ $case: 'measurement', value: encodeMeasurement(measured.value) }) : measured;
      }
      case 'runGateJob': {
        const asked = decodeRunGateJob(question.value);
        if (!asked.ok) return err(UNKNOWN);
        const run = await this.handler.gateJob(asked.value, signal);
        return run.ok ? ok({ $case: 'gateJobRun', value: encodeGateJobRun(run.value) }) : run;
      }
      default:
        return err(UNKNOWN);
    }
  }

  private unexpected(requestId: string, error: unknown): RequestFailure {
    this.log.error('a question of the hub could not be answered', { requestId, error });
    return { code: 'UNAVAILABLE', message: '' };
  }
}

function failed(requestId: string, failure: RequestFailure): WireResponse {
  return { requestId, answer: { $case: 'failure', value: encodeRequestFailure(failure) } };
}
