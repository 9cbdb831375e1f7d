import { describe, expect, it } from '@jest/globals';
import { OWNER_ANNOTATION, removalVerdict, type ObjectMeta, type RemovalVerdict, type VerdictHow } from '#domain';
import { aLiveEntry, aManager, anObject } from '#testing';

const OWNER = 'hub/default/web';
const HOW: VerdictHow = { owner: OWNER, cause: 'PRUNE', reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' } };
const entry = aLiveEntry(anObject('v1', 'ConfigMap', 'shop/web'), { uid: 'u1' });
const ours: Partial<ObjectMeta> = { uid: 'u1', annotations: { [OWNER_ANNOTATION]: OWNER }, managedFields: [aManager('capstan', 'Apply', {})] };

describe('removalVerdict', () => {
  it.each<[string, RemovalVerdict, Partial<ObjectMeta>]>([
    ['our object', 'REMOVE', ours],
    ['our object whose annotation somebody stripped', 'REMOVE', { ...ours, annotations: {} }],
    ['our object that asks to stay', 'KEPT', { ...ours, annotations: { ...ours.annotations, 'helm.sh/resource-policy': 'keep' } }],
    ['our object of the agent\'s chart', 'NOT_OURS', { ...ours, labels: { 'app.kubernetes.io/part-of': 'capstan-agent' } }],
    ['our object in the namespace of the agent', 'NOT_OURS', { ...ours, namespace: 'capstan-system' }],
    ['our object that Argo CD would keep', 'KEPT', { ...ours, annotations: { ...ours.annotations, 'argocd.argoproj.io/sync-options': 'Prune=false' } }],
    ['our object on its way out', 'LEAVING', { ...ours, deletionTimestamp: '2026-11-01T12:00:00Z' }],
    ['another object of the same name', 'NOT_OURS', { ...ours, uid: 'u2' }],
    ['an object that moved to another application', 'NOT_OURS', { ...ours, annotations: { [OWNER_ANNOTATION]: 'hub/default/other' } }],
    ['an object that a controller owns', 'NOT_OURS', { ...ours, ownerReferences: [{ uid: 'x', controller: true }] }],
    ['an object without any mark of ours', 'NOT_OURS', { uid: 'u1', managedFields: [aManager('kubectl', 'Update', {})] }],
  ])('%s: %s', (_name, verdict, metadata) => {
    expect(removalVerdict(entry, anObject('v1', 'ConfigMap', 'shop/web', { metadata }), HOW)).toBe(verdict);
  });

  it('an object that was declared to stay, whose annotation somebody took off: KEPT', () => {
    expect(removalVerdict({ ...entry, onPrune: 'KEEP' }, anObject('v1', 'ConfigMap', 'shop/web', { metadata: ours }), HOW)).toBe('KEPT');
  });

  it('a forged entry of the namespace of the agent: NOT_OURS', () => {
    const forged = aLiveEntry(anObject('v1', 'Namespace', 'capstan-system'), { uid: 'u1' });
    expect(removalVerdict(forged, anObject('v1', 'Namespace', 'capstan-system', { metadata: ours }), HOW)).toBe('NOT_OURS');
  });

  it('an object that does not exist: GONE', () => {
    expect(removalVerdict(entry, undefined, HOW)).toBe('GONE');
  });
});
