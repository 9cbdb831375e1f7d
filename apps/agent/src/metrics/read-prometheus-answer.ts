import { err, ok, type Result } from '#kernel';
import type { Measurement } from '#wire';
import * as z from 'zod/mini';
import type { RequestFailure } from '../session/session.ports.js';

const sample = z.tuple([z.number(), z.string()]);
const vector = z.array(z.object({ metric: z.optional(z.unknown()), value: z.optional(sample), histogram: z.optional(z.unknown()) }));
const answer = z.object({
  status: z.enum(['success', 'error']), errorType: z.optional(z.string()), error: z.optional(z.string()), warnings: z.optional(z.array(z.string())),
  data: z.optional(z.object({ resultType: z.string(), result: z.unknown() })),
});

/**
 * What Prometheus answered to an instant query: a number, or why there is none. Pure. Nothing that is not one finite number counts as one.
 *
 * @param where how Prometheus is named to people
 */
export function readPrometheusAnswer(status: number, body: string, where: string): Result<Measurement, RequestFailure> {
  const read = answer.safeParse(jsonIn(body));
  if (status === 401 || status === 403) return failure('FORBIDDEN', `${where} refuses the agent with HTTP ${status}: CAPSTAN_PROMETHEUS_TOKEN_FILE of the agent names the token that it shows`);
  if (status === 404 && !read.success) return failure('UNAVAILABLE', `${where} has no /api/v1/query: CAPSTAN_PROMETHEUS_URL of the agent is the address before /api`);
  if (!read.success) return failure('UNAVAILABLE', `${where} answered HTTP ${status} and nothing that Prometheus says`);
  const { data } = read.data;
  if (read.data.status === 'error' || status !== 200 || data === undefined) {
    const { errorType = `HTTP ${status}`, error = 'no reason given' } = read.data;
    const isOfQuery = errorType === 'bad_data' || errorType === 'execution';
    return failure(isOfQuery ? 'REFUSED' : errorType === 'timeout' ? 'TIMEOUT' : 'UNAVAILABLE', `${where} ${isOfQuery ? 'refuses the query' : 'could not answer'}: ${errorType}: ${error}`);
  }
  const { warnings = [] } = read.data;
  const value = valueOf(data.resultType, data.result);
  if (value.ok) return ok({ value: value.value, warnings });
  return failure(value.error.code, `${value.error.message}${warnings.slice(0, 3).map((warning) => `; Prometheus warns: ${warning}`).join('')}`);
}

function valueOf(type: string, result: unknown): Result<number, RequestFailure> {
  if (type === 'scalar') {
    const read = sample.safeParse(result);
    return read.success ? finite(read.data[1]) : failure('UNAVAILABLE', 'a scalar without a value');
  }
  if (type !== 'vector') return failure('REFUSED', `the query gives a ${type}, and one value is wanted: leave out the range, or put a function such as rate(...) around it`);
  const read = vector.safeParse(result);
  if (!read.success) return failure('UNAVAILABLE', 'a vector that does not read');
  const [first, ...others] = read.data;
  if (first === undefined) return failure('NOT_FOUND', 'there is no data: the query has no series now. Where none means zero, add "or vector(0)"');
  if (others.length > 0) return failure('REFUSED', `the query gives ${read.data.length} values, and one is wanted: put sum(...), max(...) or min(...) around it`);
  return first.value === undefined ? failure('REFUSED', 'the query gives a histogram, and one value is wanted: put histogram_quantile(...) around it') : finite(first.value[1]);
}

/** Prometheus writes NaN, +Inf and -Inf for what is none, as when something is divided by zero. */
function finite(text: string): Result<number, RequestFailure> {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? ok(value) : failure('NOT_FOUND', `the query gives ${text.slice(0, 20)}, which is no measurement`);
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function failure(code: RequestFailure['code'], message: string): Result<never, RequestFailure> {
  return err({ code, message });
}
