import { arrayAt, isRecord, parseJson, recordAt, stringAt } from './json-shape.js';
import type { FailureCause, FieldConflict, KubeFailure, KubeFailureCode } from './kube-failure.js';
import { saysImmutable } from './says-immutable.js';

const MAX_MESSAGE = 2000;
const MAX_CAUSES = 50;

/** API priority and fairness answers with neither reason nor Status. */
const BUSY = 'the API server has too much to do and sends calls away (HTTP 429)';

/** What was asked, as far as it decides how an answer is read. */
export interface AskedFor {
  /** The answer may speak of the content of a Secret: keep codes and fields, drop every sentence of the server. */
  readonly isSecret: boolean;
}

/** Reads a refusing answer (status >= 400). Pure. */
export function failureFromResponse(httpStatus: number, body: string, retryAfter: string | undefined, asked: AskedFor): KubeFailure {
  const status = parseJson(body);
  const wait = retryAfterMs(retryAfter, status);
  if (isRecord(status) && status['kind'] === 'Status') return { ...failureFromStatus(httpStatus, status, asked), retryAfterMs: wait };
  return { code: codeWithoutStatus(httpStatus, body), httpStatus, message: httpStatus === 429 ? BUSY : `HTTP ${httpStatus} without a Status`, retryAfterMs: wait };
}

/** Reads a `Status` object, from an answer or from an ERROR event of a watch. Pure. */
export function failureFromStatus(httpStatus: number, status: Readonly<Record<string, unknown>>, asked: AskedFor): KubeFailure {
  const said = stringAt(status, 'message') ?? '';
  const details = recordAt(status, 'details');
  const causes = causesOf(details);
  const code = codeOf(httpStatus, stringAt(status, 'reason') ?? '', said, details, causes);
  const subject = { group: stringAt(details, 'group') ?? '', resource: stringAt(details, 'kind') ?? '', name: stringAt(details, 'name') ?? '' };
  return {
    code,
    httpStatus,
    message: asked.isSecret ? `the server answered ${code} for a Secret (its words are withheld)` : said.slice(0, MAX_MESSAGE),
    subject: subject.name === '' && subject.resource === '' ? undefined : subject,
    conflicts: code === 'CONFLICT' ? conflictsOf(causes) : undefined,
    ...(code === 'INVALID' && saysImmutable(said, causes) ? { isImmutable: true } : {}),
    causes: asked.isSecret ? causes.map((cause) => ({ ...cause, message: '' })) : causes,
  };
}

function codeOf(httpStatus: number, reason: string, said: string, details: unknown, causes: readonly FailureCause[]): KubeFailureCode {
  if (/^admission webhook .* denied the request/.test(said) || /^.*ValidatingAdmissionPolicy '.*' with binding '.*' denied request/s.test(said)) return 'ADMISSION_DENIED';
  switch (reason) {
    case 'NotFound':
      // "the server could not find the requested resource" names nothing: the kind is not there, which says nothing about the object
      return stringAt(details, 'name') === undefined ? 'KIND_NOT_FOUND' : 'NOT_FOUND';
    case 'AlreadyExists':
      return 'ALREADY_EXISTS';
    case 'Conflict':
      return 'CONFLICT';
    case 'Unauthorized':
      return 'UNAUTHORIZED';
    case 'Forbidden':
      return forbiddenCode(said, causes);
    case 'Invalid':
      return 'INVALID';
    case 'Expired':
    case 'Gone':
      return 'EXPIRED';
    case 'Timeout':
      return 'TIMEOUT';
    case 'TooManyRequests':
      return 'TOO_MANY_REQUESTS';
    case 'MethodNotAllowed':
      return 'METHOD_NOT_SUPPORTED';
    case 'UnsupportedMediaType':
      return 'UNSUPPORTED_MEDIA_TYPE';
    case 'RequestEntityTooLarge':
      return 'TOO_LARGE';
    case 'ServerTimeout':
    case 'ServiceUnavailable':
      return 'UNAVAILABLE';
    default:
      // etcd refuses what is beyond its limit only when it is written, and the server passes that on as a fault of its own
      if (said.includes('etcdserver: request is too large')) return 'TOO_LARGE';
      // server-side apply answers 500 for a field that the schema lacks, a value of another type, or a list key given twice: no retry mends that
      return said.startsWith('failed to create typed patch object') ? 'INVALID' : codeOfHttpStatus(httpStatus);
  }
}

/** Authorisation says `User "x" cannot ...`; whatever else is forbidden was refused by admission. */
function forbiddenCode(said: string, causes: readonly FailureCause[]): KubeFailureCode {
  if (causes.some((cause) => cause.reason === 'NamespaceTerminating')) return 'NAMESPACE_TERMINATING';
  const why = /\bis forbidden: (.*)$/s.exec(said)?.[1];
  return why === undefined || /^user "/i.test(why) ? 'FORBIDDEN' : 'ADMISSION_DENIED';
}

function codeWithoutStatus(httpStatus: number, body: string): KubeFailureCode {
  // an API server answers exactly this text for a group or version that it does not serve; any other 404 came from something in between
  if (httpStatus === 404) return body.trim() === '404 page not found' ? 'KIND_NOT_FOUND' : 'MALFORMED_RESPONSE';
  return codeOfHttpStatus(httpStatus);
}

const BY_HTTP_STATUS: Readonly<Record<number, KubeFailureCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  405: 'METHOD_NOT_SUPPORTED',
  409: 'CONFLICT',
  410: 'EXPIRED',
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'INVALID',
  429: 'TOO_MANY_REQUESTS',
  501: 'NOT_IMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'TIMEOUT',
};

function codeOfHttpStatus(httpStatus: number): KubeFailureCode {
  return BY_HTTP_STATUS[httpStatus] ?? (httpStatus >= 500 ? 'SERVER_ERROR' : 'MALFORMED_RESPONSE');
}

function causesOf(details: unknown): readonly FailureCause[] {
  return (arrayAt(details, 'causes') ?? []).slice(0, MAX_CAUSES).map((cause) => ({
    reason: stringAt(cause, 'reason') ?? '',
    field: stringAt(cause, 'field') ?? '',
    message: (stringAt(cause, 'message') ?? '').slice(0, MAX_MESSAGE),
  }));
}

/** `conflict with "kubectl" using apps/v1`, `conflict with "kubectl" with subresource "status" using apps/v1 at 2026-...` */
function conflictsOf(causes: readonly FailureCause[]): readonly FieldConflict[] {
  return causes
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => ({ manager: /^conflict with "((?:[^"\\]|\\.)*)"/.exec(cause.message)?.[1] ?? 'unknown', field: cause.field }));
}

/** A proxy that sends everybody away for days must not stop us for days. */
const MAX_RETRY_AFTER_SECONDS = 300;

function retryAfterMs(header: string | undefined, status: unknown): number | undefined {
  const seconds = header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : recordAt(status, 'details')?.['retryAfterSeconds'];
  return typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * 1000 : undefined;
}
