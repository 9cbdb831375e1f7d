import { describe, expect, it } from '@jest/globals';
import { failureFromResponse } from './failure-from-response.js';
import type { KubeFailureCode } from './kube-failure.js';

/** Answers as kube-apiserver 1.36 gives them. */
function status(code: number, reason: string, message: string, details: object = {}): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code });
}

const plain = { isSecret: false };

describe('failureFromResponse', () => {
  it.each<[string, number, string, KubeFailureCode]>([
    ['an object that is absent', 404, status(404, 'NotFound', 'configmaps "a" not found', { name: 'a', kind: 'configmaps' }), 'NOT_FOUND'],
    ['a resource that is not served', 404, status(404, 'NotFound', 'the server could not find the requested resource'), 'KIND_NOT_FOUND'],
    ['a group that is not served', 404, '404 page not found\n', 'KIND_NOT_FOUND'],
    ['a 404 of something in between', 404, '<html>Not Found</html>', 'MALFORMED_RESPONSE'],
    ['an empty 404', 404, '', 'MALFORMED_RESPONSE'],
    ['a stale resourceVersion', 409, status(409, 'Conflict', 'Operation cannot be fulfilled on configmaps "a": the object has been modified'), 'CONFLICT'],
    ['an object that exists', 409, status(409, 'AlreadyExists', 'configmaps "a" already exists'), 'ALREADY_EXISTS'],
    ['no credentials', 401, status(401, 'Unauthorized', 'Unauthorized'), 'UNAUTHORIZED'],
    ['authorisation', 403, status(403, 'Forbidden', 'configmaps is forbidden: User "x" cannot list resource "configmaps" in API group "" at the cluster scope'), 'FORBIDDEN'],
    ['authorisation of a path', 403, status(403, 'Forbidden', 'forbidden: User "x" cannot get path "/x"'), 'FORBIDDEN'],
    ['escalation', 403, status(403, 'Forbidden', 'roles.rbac.authorization.k8s.io "r" is forbidden: user "x" (groups=["y"]) is attempting to grant RBAC permissions not currently held'), 'FORBIDDEN'],
    ['Pod Security', 403, status(403, 'Forbidden', 'pods "a" is forbidden: violates PodSecurity "restricted:latest": privileged'), 'ADMISSION_DENIED'],
    ['a quota', 403, status(403, 'Forbidden', 'pods "a" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'), 'ADMISSION_DENIED'],
    ['a webhook', 400, status(400, 'BadRequest', 'admission webhook "w.example.com" denied the request: no'), 'ADMISSION_DENIED'],
    ['a policy', 422, status(422, 'Invalid', `deployments.apps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no`), 'ADMISSION_DENIED'],
    ['a namespace on its way out', 403, status(403, 'Forbidden', 'configmaps "a" is forbidden: unable to create new content in namespace n because it is being terminated', { causes: [{ reason: 'NamespaceTerminating', message: 'namespace n is being terminated', field: 'metadata.namespace' }] }), 'NAMESPACE_TERMINATING'],
    ['a field', 422, status(422, 'Invalid', 'ConfigMap "A" is invalid'), 'INVALID'],
    ['a malformed request', 400, status(400, 'BadRequest', 'metadata.managedFields must be nil'), 'BAD_REQUEST'],
    ['an old continue token', 410, status(410, 'Expired', 'The provided continue parameter is too old'), 'EXPIRED'],
    ['a verb', 405, status(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'), 'METHOD_NOT_SUPPORTED'],
    ['the surface of a stand-in', 501, status(501, 'NotImplemented', 'not part of this surface'), 'NOT_IMPLEMENTED'],
    ['a broken webhook', 500, status(500, 'InternalError', 'Internal error occurred: failed calling webhook "w"'), 'SERVER_ERROR'],
    ['an applied field that the schema lacks', 500, status(500, '', 'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replicsa: field not declared in schema'), 'INVALID'],
    ['a proxy without a server', 502, '<html>', 'UNAVAILABLE'],
    ['an aggregated API that is down', 503, 'service unavailable', 'UNAVAILABLE'],
    ['a timeout of the server', 504, status(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout'), 'TIMEOUT'],
    ['etcd without a leader', 500, status(500, 'ServerTimeout', 'The POST operation against configmaps could not be completed at this time'), 'UNAVAILABLE'],
    ['a body that is too large', 413, status(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728'), 'TOO_LARGE'],
    ['an unheard-of code', 418, 'teapot', 'MALFORMED_RESPONSE'],
  ])('%s', (_what, httpStatus, body, code) => {
    expect(failureFromResponse(httpStatus, body, undefined, plain)).toMatchObject({ code, httpStatus });
  });

  it('names managers and fields of an apply conflict', () => {
    const body = status(409, 'Conflict', 'Apply failed with 2 conflicts', {
      causes: [
        { reason: 'FieldManagerConflict', message: 'conflict with "kubectl-client-side-apply" using apps/v1 at 2026-11-01T10:00:00Z', field: '.spec.replicas' },
        { reason: 'FieldManagerConflict', message: 'conflict with "hpa" with subresource "scale" using apps/v1', field: '.spec.template' },
      ],
    });
    expect(failureFromResponse(409, body, undefined, plain).conflicts).toEqual([{ manager: 'kubectl-client-side-apply', field: '.spec.replicas' }, { manager: 'hpa', field: '.spec.template' }]);
  });

  it('passes on when to come back', () => {
    expect(failureFromResponse(429, status(429, 'TooManyRequests', 'slow down'), '7', plain)).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterMs: 7000 });
    expect(failureFromResponse(429, status(429, 'TooManyRequests', 'slow down', { retryAfterSeconds: 2 }), undefined, plain).retryAfterMs).toBe(2000);
    expect(failureFromResponse(429, 'Too many requests, please try again later.\n', '1', plain)).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterMs: 1000 });
    expect(failureFromResponse(503, '', '999999', plain).retryAfterMs).toBe(300_000);
    expect(failureFromResponse(503, '', 'Wed, 21 Oct 2026 07:28:00 GMT', plain).retryAfterMs).toBeUndefined();
  });

  it('withholds every sentence about a Secret', () => {
    const body = status(422, 'Invalid', 'Secret "a" is invalid: data[k]: Invalid value: "swordfish"', {
      name: 'a', kind: 'Secret', causes: [{ reason: 'FieldValueInvalid', message: 'Invalid value: "swordfish"', field: 'data[k]' }],
    });
    const failure = failureFromResponse(422, body, undefined, { isSecret: true });
    expect(failure).toMatchObject({ code: 'INVALID', causes: [{ reason: 'FieldValueInvalid', field: 'data[k]', message: '' }], subject: { name: 'a' } });
    expect(JSON.stringify(failure)).not.toContain('swordfish');
  });

  it('bounds what it repeats', () => {
    expect(failureFromResponse(500, status(500, 'InternalError', 'x'.repeat(100_000)), undefined, plain).message).toHaveLength(2000);
  });
});
