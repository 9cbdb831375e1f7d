import { assertNever } from '#kernel';
import { awaitNamespace, formatObjectRef, stalled, wait, type ObjectRef, type StepOutcome } from '#domain';
import type { KubeFailure } from '#kube';

const RETRY_MS = 2_000;
/** The jitter of a retry takes away up to half of its time: what the server asked for must be left. */
const NEVER_EARLIER = 2;
const MAX_SAID = 600;
/** An admission webhook or the one that converts versions of a kind, in the words of the API server. */
const WEBHOOK = /failed calling webhook|conversion webhook for/;

/** What a refused or failed call about one object means for its target: whether it passes by itself, the reason code, and a sentence. */
export function explainFailure(ref: ObjectRef, failure: KubeFailure): StepOutcome<never> {
  const object = formatObjectRef(ref);
  const said = `${object}: ${failure.message.slice(0, MAX_SAID)}`;
  switch (failure.code) {
    case 'KIND_NOT_FOUND':
      return stalled('KIND_NOT_FOUND', `the cluster does not know ${ref.kind}${ref.group === '' ? '' : ` of ${ref.group}`}, which ${object} is`);
    case 'CONFLICT':
      return (failure.conflicts ?? []).length > 0 ? stalled('FIELD_CONFLICT', sayConflicts(object, failure)) : wait(RETRY_MS, 'CLUSTER_UNAVAILABLE', `${object} was changed meanwhile`);
    case 'FORBIDDEN':
      return stalled('FORBIDDEN', said);
    case 'ADMISSION_DENIED':
      return stalled('ADMISSION_DENIED', said);
    case 'TOO_LARGE':
      return stalled('OBJECT_TOO_LARGE', said);
    case 'INVALID':
      return failure.isImmutable === true ? stalled('IMMUTABLE_FIELD', said) : stalled('INVALID_FOR_SERVER', said);
    case 'BAD_REQUEST':
    case 'METHOD_NOT_SUPPORTED':
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'NOT_IMPLEMENTED':
      return stalled('INVALID_FOR_SERVER', said);
    case 'NOT_FOUND':
      return isNamespaceMissing(failure) ? stalled('INVALID_FOR_SERVER', `${object}: namespace ${failure.subject?.name} does not exist`) : wait(RETRY_MS, 'CLUSTER_UNAVAILABLE', said);
    case 'SERVER_ERROR':
    case 'TIMEOUT':
      return wait(RETRY_MS, WEBHOOK.test(failure.message) ? 'WEBHOOK_UNAVAILABLE' : 'CLUSTER_UNAVAILABLE', said);
    case 'NAMESPACE_TERMINATING':
      return awaitNamespace(ref.namespace, `${object} cannot be made there`);
    case 'TOO_MANY_REQUESTS':
      return wait(retryMsOf(failure), 'CLUSTER_BUSY', said);
    case 'ALREADY_EXISTS':
    case 'UNAUTHORIZED':
    case 'EXPIRED':
    case 'UNAVAILABLE':
    case 'ABORTED':
    case 'CERTIFICATE_REJECTED':
    case 'CREDENTIALS_UNAVAILABLE':
    case 'TRUNCATED_RESPONSE':
    case 'MALFORMED_RESPONSE':
      return wait(retryMsOf(failure), 'CLUSTER_UNAVAILABLE', said);
    default:
      return assertNever(failure.code);
  }
}

function retryMsOf({ retryAfterMs }: KubeFailure): number {
  return retryAfterMs === undefined ? RETRY_MS : NEVER_EARLIER * retryAfterMs;
}

/** A write was refused because the namespace of the object is not there. */
export function isNamespaceMissing({ code, subject }: KubeFailure): boolean {
  return code === 'NOT_FOUND' && subject?.group === '' && subject.resource === 'namespaces';
}

function sayConflicts(object: string, failure: KubeFailure): string {
  const conflicts = failure.conflicts ?? [];
  const fields = conflicts.slice(0, 5).map(({ field, manager }) => `${field} is held by ${manager}`);
  return `${object}: ${fields.join('; ')}${conflicts.length > 5 ? ` and ${conflicts.length - 5} more` : ''}`;
}
