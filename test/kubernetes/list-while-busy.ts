import { until } from '#testing';
import type { Ask, RawAnswer } from '../contract/kubernetes/raw-request.js';

const USER = 'crowded';
const FLOW = '/apis/flowcontrol.apiserver.k8s.io/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const BUSY_MS = 60_000;

/**
 * Gives one user a single place in the server's flow control, has it taken by a list that waits for a version which does not come,
 * and lists beside it.
 */
export async function listWhileBusy(ask: Ask, namespace: string): Promise<RawAnswer> {
  const limited = { nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } };
  const rule = { subjects: [{ kind: 'User', user: { name: USER } }], resourceRules: [{ verbs: ['list'], apiGroups: [''], resources: ['configmaps'], namespaces: ['*'] }] };
  const setup = [
    [`${FLOW}/prioritylevelconfigurations`, { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'PriorityLevelConfiguration', metadata: { name: USER }, spec: { type: 'Limited', limited } }],
    [`${FLOW}/flowschemas`, { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name: USER }, spec: { priorityLevelConfiguration: { name: USER }, matchingPrecedence: 2, rules: [rule] } }],
    [`${RBAC}/clusterrolebindings`, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: USER }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }] }],
  ] as const;
  for (const [path, body] of setup) {
    const { status, text } = await ask('POST', path, { body });
    if (status !== 201) throw new Error(`${path}: ${text}`);
  }
  const list = (query = ''): Promise<RawAnswer> => ask('GET', `/api/v1/namespaces/${namespace}/configmaps${query}`, { headers: { 'impersonate-user': USER } });
  try {
    return await until('the server is busy', BUSY_MS, async () => {
      const both = await Promise.all([list('?resourceVersion=99999999'), list('?resourceVersion=99999999')]);
      return both.find(({ status }) => status === 429);
    });
  } finally {
    for (const [path, { metadata }] of setup) await ask('DELETE', `${path}/${metadata.name}`);
  }
}
