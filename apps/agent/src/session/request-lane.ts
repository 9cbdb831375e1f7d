import { ok, err, type Log, type Result, type Timers } from '#kernel';
import { decodeDescribeObject, encodeDescribedObject, MAX_OPEN_REQUESTS, type WireRequest, type WireResponse } from '#wire';
import type { RequestFailure, RequestHandler } from './session.ports.js';

type Answer = NonNullable<WireResponse['answer']>;

const MAX_DEADLINE_MS = 30_000;

/** Answers the questions of the hub, at most eight at once, each within its deadline and never after the session. */
export class RequestLane {
  private open = 0;

  constructor(
    private readonly handler: RequestHandler,
    private readonly timers: Timers,
    private readonly log: Log,
  ) {}

  async answer(request: WireRequest, signal: AbortSignal): Promise<WireResponse> {
    if (this.open >= MAX_OPEN_REQUESTS) return failed(request, { code: 'OVERLOADED', message: '' });
    this.open += 1;
    const deadline = new AbortController();
    const timer = this.timers.after(Math.min(Math.max(1, request.deadlineMs), MAX_DEADLINE_MS), () => deadline.abort(new Error('deadline')));
    try {
      const answer = await this.work(request, AbortSignal.any([signal, deadline.signal]));
      return answer.ok ? { requestId: request.requestId, answer: answer.value } : failed(request, answer.error);
    } catch (error) {
      if (deadline.signal.aborted) return failed(request, { code: 'TIMEOUT', message: '' });
      this.log.error('a question of the hub could not be answered', { requestId: request.requestId, error });
      return failed(request, { code: 'UNAVAILABLE', message: '' });
    } finally {
      timer.cancel();
      this.open -= 1;
    }
  }

  private async work(request: WireRequest, signal: AbortSignal): Promise<Result<Answer, RequestFailure>> {
    if (request.question?.$case !== 'describeObject') return err({ code: 'UNKNOWN_REQUEST', message: '' });
    const question = decodeDescribeObject(request.question.value);
    if (!question.ok) return err({ code: 'UNKNOWN_REQUEST', message: '' });
    const described = await this.handler.describeObject(question.value.target, question.value.ref, signal);
    return described.ok ? ok({ $case: 'describedObject', value: encodeDescribedObject(described.value) }) : described;
  }
}

function failed(request: WireRequest, failure: RequestFailure): WireResponse {
  return { requestId: request.requestId, answer: { $case: 'failure', value: { code: failure.code, message: failure.message.slice(0, 500) } } };
}
