/**
 * Why a call to a Kubernetes API failed. Only `NOT_FOUND` says that an object is absent, and only when the server itself said so about
 * that object; everything else leaves open what is there.
 */
export type KubeFailureCode =
  /** The server answered that this one object is absent (or, on create and apply, its namespace: see `subject`). */
  | 'NOT_FOUND'
  /** The group, version or kind is not served (now). Says nothing about objects. */
  | 'KIND_NOT_FOUND'
  /** Fields are held by other managers (`conflicts`), or resourceVersion or uid did not match (`conflicts` is empty). */
  | 'CONFLICT'
  | 'ALREADY_EXISTS'
  | 'UNAUTHORIZED'
  /** Refused by authorisation. */
  | 'FORBIDDEN'
  /** Refused by an admission webhook, an admission policy, Pod Security or a quota. */
  | 'ADMISSION_DENIED'
  | 'NAMESPACE_TERMINATING'
  | 'INVALID'
  | 'BAD_REQUEST'
  | 'METHOD_NOT_SUPPORTED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'NOT_IMPLEMENTED'
  /** 410: the resourceVersion or the continue token is too old: list again. */
  | 'EXPIRED'
  /** The server went on sending the call away; it was not carried out. */
  | 'TOO_MANY_REQUESTS'
  /** The answer, or the request, is larger than allowed. */
  | 'TOO_LARGE'
  | 'SERVER_ERROR'
  /** 502, 503, or no connection. */
  | 'UNAVAILABLE'
  /** Our deadline or the server's (504). A write may have happened. */
  | 'TIMEOUT'
  /** The caller's signal. A write may have happened. */
  | 'ABORTED'
  /** The server's certificate does not verify. */
  | 'CERTIFICATE_REJECTED'
  /** A token file, certificate or credential program gave nothing usable. Nothing was sent. */
  | 'CREDENTIALS_UNAVAILABLE'
  /** The answer stopped before its end. A write may have happened. */
  | 'TRUNCATED_RESPONSE'
  /** The answer is not what a Kubernetes API says. A write may have happened. */
  | 'MALFORMED_RESPONSE';

/** A field that another manager holds: `{ manager: 'kubectl', field: '.spec.replicas' }`. */
export interface FieldConflict {
  readonly manager: string;
  readonly field: string;
}

export interface FailureCause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

export interface KubeFailure {
  readonly code: KubeFailureCode;
  /** 0: there was no answer. */
  readonly httpStatus: number;
  /** For people. Never holds a credential, nor anything that the server said about the content of a Secret. At most 2,000 characters. */
  readonly message: string;
  /** What the server's answer is about, by its own words: `{ group: '', resource: 'namespaces', name: 'x' }`. */
  readonly subject?: { readonly group: string; readonly resource: string; readonly name: string } | undefined;
  readonly conflicts?: readonly FieldConflict[] | undefined;
  readonly causes?: readonly FailureCause[] | undefined;
  /** The server says that the change is of a field that can never change once the object exists. @default false */
  readonly isImmutable?: boolean | undefined;
  /** The server's own wish (`Retry-After`), at most five minutes. The client has followed it for a while where it came with 429, and not otherwise. */
  readonly retryAfterMs?: number | undefined;
}
