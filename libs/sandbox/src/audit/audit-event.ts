import type { JsonObject } from '#kernel';
import type { User } from '../access/user.js';
import type { ApiFailure } from '../http/api-failure.js';
import type { RequestInfo } from '../http/request-info.js';

/** What is known of a request when it has been answered. */
export interface AnsweredRequest {
  readonly id: string;
  readonly info: RequestInfo;
  readonly receivedAt: Date;
  readonly answeredAt: Date;
  readonly user: User | undefined;
  readonly impersonatedUser: User | undefined;
  readonly sourceAddress: string;
  readonly userAgent: string;
  /** The object that the body named, where the URL does not (create). */
  readonly bodyName: string;
  readonly status: { readonly code: number; readonly failure?: ApiFailure };
}

/** One event at level Metadata and stage ResponseComplete, in kube-apiserver's format. Holds no bodies and no credentials. */
export function auditEvent(request: AnsweredRequest): JsonObject {
  const { info, user, impersonatedUser, status } = request;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: request.id,
    stage: 'ResponseComplete',
    requestURI: info.uri,
    verb: info.verb,
    user: user === undefined ? {} : userJson(user),
    ...(impersonatedUser === undefined ? {} : { impersonatedUser: userJson(impersonatedUser) }),
    sourceIPs: [request.sourceAddress],
    userAgent: request.userAgent,
    ...(info.resource === undefined ? {} : { objectRef: objectRef(info.resource, request.bodyName) }),
    responseStatus: statusJson(status),
    requestReceivedTimestamp: microTime(request.receivedAt),
    stageTimestamp: microTime(request.answeredAt),
    annotations: { 'authorization.k8s.io/decision': status.code === 403 || status.code === 401 ? 'forbid' : 'allow' },
  };
}

function objectRef(resource: NonNullable<RequestInfo['resource']>, bodyName: string): JsonObject {
  const name = resource.name === '' ? bodyName : resource.name;
  return {
    resource: resource.plural,
    ...(resource.namespace === '' ? {} : { namespace: resource.namespace }),
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { apiGroup: resource.group }),
    apiVersion: resource.version,
    ...(resource.subresource === '' ? {} : { subresource: resource.subresource }),
  };
}

function userJson(user: User): JsonObject {
  return { username: user.username, ...(user.uid === undefined ? {} : { uid: user.uid }), groups: user.groups };
}

function statusJson(status: AnsweredRequest['status']): JsonObject {
  const { code, failure } = status;
  return failure === undefined ? { metadata: {}, code } : { metadata: {}, status: 'Failure', message: failure.message, reason: failure.reason, code };
}

function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
