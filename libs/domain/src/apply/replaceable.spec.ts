import { describe, expect, it } from '@jest/globals';
import { whyNotReplaceable } from '#domain';

const ref = (group: string, kind: string) => ({ group, kind, namespace: 'shop', name: 'web' });
const plain = { name: 'web' };

describe('whyNotReplaceable', () => {
  it.each([ref('apps', 'Deployment'), ref('batch', 'Job'), ref('', 'Service'), ref('example.com', 'Widget')])('lets $kind go', (object) => {
    expect(whyNotReplaceable(object, plain, plain)).toBeUndefined();
  });

  it.each([ref('', 'Namespace'), ref('', 'PersistentVolumeClaim'), ref('', 'PersistentVolume'), ref('apps', 'StatefulSet'), ref('apiextensions.k8s.io', 'CustomResourceDefinition')])('never $kind', (object) => {
    expect(whyNotReplaceable(object, plain, plain)).toContain('what it holds would go with it');
  });

  it.each([{ 'capstan.dev/protect': 'true' }, { 'capstan.dev/prune': 'disabled' }, { 'helm.sh/resource-policy': 'keep' }, { 'argocd.argoproj.io/sync-options': 'Prune=false' }])('nothing that asks to stay: %j', (annotations) => {
    expect(whyNotReplaceable(ref('batch', 'Job'), { name: 'web', annotations }, plain)).toContain('asks to stay');
    expect(whyNotReplaceable(ref('batch', 'Job'), plain, { name: 'web', annotations })).toContain('asks to stay');
  });

  it('nothing that a controller owns', () => {
    expect(whyNotReplaceable(ref('', 'Pod'), plain, { name: 'web', ownerReferences: [{ controller: true }] })).toContain('belongs to a controller');
  });
});
