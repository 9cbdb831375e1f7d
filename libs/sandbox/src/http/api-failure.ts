import type { JsonObject } from '#kernel';
import type { FieldCause } from '../kinds/field-cause.js';
import { groupResource, type ResourceType } from '../resources/resource-type.js';

/** A refusal as Kubernetes says it: HTTP code, `reason` and `message` of the Status body, and its details. */
export interface ApiFailure {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: JsonObject;
  /** Where to go on in spite of it, for a list that has expired. */
  readonly continueToken?: string;
  /** What stands before the API (flow control, the mux of paths) says its message as plain text, without a Status. */
  readonly isPlainText?: boolean;
  readonly retryAfterSeconds?: number;
}

export function statusBody(failure: ApiFailure): JsonObject {
  const { code, reason, message, details, continueToken } = failure;
  return { kind: 'Status', apiVersion: 'v1', metadata: continueToken === undefined ? {} : { continue: continueToken }, status: 'Failure', message, ...(reason === '' ? {} : { reason }), ...(details === undefined ? {} : { details }), code };
}

function detailsOf(type: ResourceType, name: string): JsonObject {
  return { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural };
}

export function notFound(type: ResourceType, name: string): ApiFailure {
  return { code: 404, reason: 'NotFound', message: `${groupResource(type)} "${name}" not found`, details: detailsOf(type, name) };
}

export function noSuchResource(): ApiFailure {
  return { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource', details: {} };
}

/** A group or version of which nothing is served. */
export function noSuchPath(): ApiFailure {
  return { code: 404, reason: 'NotFound', message: '404 page not found', isPlainText: true };
}

export function alreadyExists(type: ResourceType, name: string, isGoing: boolean): ApiFailure {
  return { code: 409, reason: 'AlreadyExists', message: `${isGoing ? 'object is being deleted: ' : ''}${groupResource(type)} "${name}" already exists`, details: detailsOf(type, name) };
}

/** Somebody else was quicker. */
export function conflictBody(plural: string, name: string): ApiFailure {
  return { code: 409, reason: 'Conflict', message: `Operation cannot be fulfilled on ${plural} ${JSON.stringify(name)}: the object has been modified; please apply your changes to the latest version and try again`, details: { name, kind: plural } };
}

export function conflict(type: ResourceType, name: string, why: string): ApiFailure {
  return { code: 409, reason: 'Conflict', message: `Operation cannot be fulfilled on ${groupResource(type)} "${name}": ${why}`, details: detailsOf(type, name) };
}

export function applyConflict(message: string, causes: readonly FieldCause[]): ApiFailure {
  return { code: 409, reason: 'Conflict', message, details: { causes: causes.map(causeJson) } };
}

export function badRequest(message: string): ApiFailure {
  return { code: 400, reason: 'BadRequest', message };
}

export function unauthorized(): ApiFailure {
  return { code: 401, reason: 'Unauthorized', message: 'Unauthorized' };
}

export function forbidden(message: string, details: JsonObject = {}): ApiFailure {
  return { code: 403, reason: 'Forbidden', message, details };
}

export function expired(message: string): ApiFailure {
  return { code: 410, reason: 'Expired', message };
}

export function tooLarge(limitBytes: number): ApiFailure {
  return { code: 413, reason: 'RequestEntityTooLarge', message: `Request entity too large: limit is ${limitBytes}` };
}

export function unsupportedMediaType(contentType: string): ApiFailure {
  return { code: 415, reason: 'UnsupportedMediaType', message: `the body of the request was in an unknown format: ${contentType}` };
}

export function tooManyRequests(retryAfterSeconds = 1): ApiFailure {
  return { code: 429, reason: 'TooManyRequests', message: 'Too many requests, please try again later.', isPlainText: true, retryAfterSeconds };
}

export function unavailable(retryAfterSeconds: number): ApiFailure {
  return { code: 503, reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request', details: { retryAfterSeconds } };
}

export function internalError(id: string): ApiFailure {
  return { code: 500, reason: 'InternalError', message: `Internal error occurred: ${id}` };
}

export function methodNotAllowed(): ApiFailure {
  return { code: 405, reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource', details: {} };
}

/** A read at a version that this server has not reached. */
export function tooLargeVersion(asked: number, current: number): ApiFailure {
  const cause = { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' };
  return { code: 504, reason: 'Timeout', message: `Timeout: Too large resource version: ${asked}, current: ${current}`, details: { causes: [cause], retryAfterSeconds: 1 } };
}

/** Outside the stated surface of the sandbox. */
export function notImplemented(method: string, path: string, what: string): ApiFailure {
  return { code: 501, reason: 'NotImplemented', message: `the sandbox does not implement ${method} ${path}: ${what}` };
}

/** `Kind.group "name" is invalid: ...` with one cause per field, as validation answers. */
export function invalid(type: Pick<ResourceType, 'group' | 'kind'>, name: string, causes: readonly FieldCause[]): ApiFailure {
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  const lines = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const text = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
  return {
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${name}" is invalid: ${text}`,
    details: { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.kind, causes: causes.map(causeJson) },
  };
}

function causeJson(cause: FieldCause): JsonObject {
  return { reason: cause.reason, message: cause.message, field: cause.field };
}
