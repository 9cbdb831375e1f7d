import { describe, expect, it } from '@jest/globals';
import { whyTerminating } from '#domain';
import { anObject } from '#testing';

const condition = (type: string, status: string, message: string) => ({ type, status, message });

describe('whyTerminating', () => {
  it('names finalizers first, then content, and nothing that is not the matter', () => {
    const conditions = [
      condition('NamespaceDeletionDiscoveryFailure', 'False', 'All resources successfully discovered'),
      condition('NamespaceContentRemaining', 'True', 'Some resources are remaining: configmaps. has 1 resource instances'),
      condition('NamespaceFinalizersRemaining', 'True', 'Some content in the namespace has finalizers remaining: example.com/never in 1 resource instances'),
    ];
    const namespace = anObject('v1', 'Namespace', 'shop', { metadata: { deletionTimestamp: '2026-11-26T04:00:00Z' }, status: { phase: 'Terminating', conditions } });
    expect(whyTerminating(namespace)).toBe(
      'namespace shop is being deleted since 2026-11-26T04:00:00Z: Some content in the namespace has finalizers remaining: example.com/never in 1 resource instances; Some resources are remaining: configmaps. has 1 resource instances',
    );
  });

  it('names the finalizers of the namespace itself, and says what it knows where no condition tells', () => {
    expect(whyTerminating(anObject('v1', 'Namespace', 'shop', { metadata: { finalizers: ['example.com/guard'] } }))).toBe('namespace shop is being deleted: it has the finalizers example.com/guard');
    expect(whyTerminating(anObject('v1', 'Namespace', 'shop'))).toBe('namespace shop is being deleted');
  });
});
