import { describe, expect, it } from '@jest/globals';
import { isByHand } from '#domain';

describe('a field manager', () => {
  it.each(['kubectl', 'kubectl-edit', 'kubectl-client-side-apply', 'kubectl_edit', 'oc', 'k9s', 'Lens', 'Mozilla', undefined])('%s is taken for a person', (manager) => {
    expect(isByHand(manager)).toBe(true);
  });

  it.each(['kube-controller-manager', 'some-operator', 'helm', 'kubectlx', 'argocd-controller', ''])('%s is taken for a controller', (manager) => {
    expect(isByHand(manager)).toBe(false);
  });
});
