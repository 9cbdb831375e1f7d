import { describe, expect, it } from '@jest/globals';
import type { KubeFailure, KubeFailureCode } from '#kube';
import { explainFailure } from './explain-failure.js';

const ref = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };
const failure = (code: KubeFailureCode, more: Partial<KubeFailure> = {}): KubeFailure => ({ code, httpStatus: 400, message: 'because', ...more });

describe('explainFailure', () => {
  it.each<[KubeFailureCode, 'wait' | 'stalled', string]>([
    ['KIND_NOT_FOUND', 'stalled', 'KIND_NOT_FOUND'],
    ['FORBIDDEN', 'stalled', 'FORBIDDEN'],
    ['ADMISSION_DENIED', 'stalled', 'ADMISSION_DENIED'],
    ['INVALID', 'stalled', 'INVALID_FOR_SERVER'],
    ['BAD_REQUEST', 'stalled', 'INVALID_FOR_SERVER'],
    ['TOO_LARGE', 'stalled', 'OBJECT_TOO_LARGE'],
    ['SERVER_ERROR', 'wait', 'CLUSTER_UNAVAILABLE'],
    ['UNAVAILABLE', 'wait', 'CLUSTER_UNAVAILABLE'],
    ['TIMEOUT', 'wait', 'CLUSTER_UNAVAILABLE'],
    ['NAMESPACE_TERMINATING', 'wait', 'NAMESPACE_TERMINATING'],
    ['CONFLICT', 'wait', 'CLUSTER_UNAVAILABLE'],
  ])('%s: %s, %s', (code, kind, reason) => {
    expect(explainFailure(ref, failure(code))).toMatchObject({ kind, why: { reason } });
  });

  it('names field and manager of a conflict', () => {
    const outcome = explainFailure(ref, failure('CONFLICT', { conflicts: [{ manager: 'hpa', field: '.spec.replicas' }] }));
    expect(outcome).toEqual({ kind: 'stalled', why: { reason: 'FIELD_CONFLICT', message: 'Deployment.apps shop/web: .spec.replicas is held by hpa' } });
  });

  it('tells a field that never changes from other faults', () => {
    expect(explainFailure(ref, failure('INVALID', { isImmutable: true }))).toMatchObject({ kind: 'stalled', why: { reason: 'IMMUTABLE_FIELD' } });
  });

  it.each(['Internal error occurred: failed calling webhook "deny.example.com": context deadline exceeded', 'conversion webhook for example.com/v1, Kind=Widget failed: connection refused'])('blames the webhook: %s', (message) => {
    expect(explainFailure(ref, { ...failure('SERVER_ERROR'), message })).toMatchObject({ kind: 'wait', why: { reason: 'WEBHOOK_UNAVAILABLE' } });
  });

  it('keeps to the wish of the server, whatever jitter takes away from it', () => {
    expect(explainFailure(ref, failure('TOO_MANY_REQUESTS', { retryAfterMs: 7_000 }))).toMatchObject({ kind: 'wait', retryMs: 14_000, why: { reason: 'CLUSTER_BUSY' } });
  });

  it('tells a namespace that is not there', () => {
    const outcome = explainFailure(ref, failure('NOT_FOUND', { subject: { group: '', resource: 'namespaces', name: 'shop' } }));
    expect(outcome).toMatchObject({ kind: 'stalled', why: { reason: 'INVALID_FOR_SERVER', message: 'Deployment.apps shop/web: namespace shop does not exist' } });
  });
});
