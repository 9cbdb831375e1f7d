import type { Json } from '#kernel';
import type { KubeObject } from '#domain';

/** Room for so many shares of the API server's calls, and not one more. */
export function narrowLevel(name: string, nominalConcurrencyShares: number): KubeObject {
  return {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'PriorityLevelConfiguration', metadata: { name },
    spec: { type: 'Limited', limited: { nominalConcurrencyShares, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } } },
  };
}

/** Sends the agent's calls about ConfigMaps of one namespace through that room. */
export function narrowWay(name: string, namespace: string): KubeObject {
  const subjects = ['capstan-agent', 'capstan-apply'].map((account): Json => ({ kind: 'ServiceAccount', serviceAccount: { name: account, namespace: 'capstan-system' } }));
  return {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name },
    spec: {
      priorityLevelConfiguration: { name }, matchingPrecedence: 10, distinguisherMethod: { type: 'ByUser' },
      rules: [{ subjects, resourceRules: [{ verbs: ['*'], apiGroups: [''], resources: ['configmaps'], namespaces: [namespace] }] }],
    },
  };
}
