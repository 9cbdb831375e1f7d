import { expect } from '@jest/globals';
import { until } from '#testing';
import { createKubeClient, tokenCredentials } from '#kube';
import { failureOf, must, resourceOf } from '../contract/kubernetes/contract-server.js';
import { AGENT_NAMESPACE } from './stage/agent-accounts.js';
import { createApplication, registeredRepository } from './stage/applications.js';
import { configMap, deployment } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import { untilRuns, untilTarget } from './stage/targets.js';

const BINDING = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: a-back-door
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects:
  - { kind: ServiceAccount, name: default, namespace: shop }
`;

describeOnStage('an agent confined to namespaces', { clusters: [{ name: 'prod', labels: { env: 'prod' }, namespaces: ['shop'] }] }, (promise) => {
  promise('applies in them, and what reaches beyond is FORBIDDEN by name before anything is written', async (stage) => {
    const prod = stage.cluster('prod');
    const repository = await registeredRepository(stage, 'shop');
    const first = await repository.commit({ 'app/settings.yaml': configMap('settings', { colour: 'blue' }) });
    await createApplication(stage, { name: 'shop', repository: 'shop', path: 'app', namespace: 'shop' });
    await untilRuns(stage, 'shop', 'prod', first);
    prod.mark();
    const beyond: readonly (readonly [string, string, readonly string[]])[] = [
      ['binding.yaml', BINDING, ['clusterrolebindings', 'a-back-door']],
      ['elsewhere.yaml', configMap('elsewhere', { a: '1' }, 'kube-public'), ['configmaps', 'kube-public']],
    ];
    for (const [file, content, words] of beyond) {
      await repository.commit({ [`app/${file}`]: content, 'app/settings.yaml': configMap('settings', { colour: 'red' }) });
      const target = await untilTarget(stage, 'shop', 'prod', 'is refused', ({ sync, reason }) => sync === 'KEPT_LAST_GOOD' && reason === 'FORBIDDEN');
      for (const word of words) expect(target.message).toContain(word);
      expect(prod.writeLines()).toEqual([]);
      const mended = await repository.commit({ [`app/${file}`]: null, 'app/settings.yaml': configMap('settings', { colour: 'blue' }) });
      await untilRuns(stage, 'shop', 'prod', mended);
    }
    expect(await prod.find('rbac.authorization.k8s.io/ClusterRoleBinding', '', 'a-back-door')).toBeUndefined();
  });

  promise('shows what a target consists of, and its logs only where the owner of the cluster says so', async (stage) => {
    const prod = stage.cluster('prod');
    const repository = await registeredRepository(stage, 'live');
    const commit = await repository.commit({ 'app/web.yaml': deployment('web', 'example.com/web:1', 2), 'app/settings.yaml': configMap('live', { a: '1' }) });
    await createApplication(stage, { name: 'live', repository: 'live', path: 'app', namespace: 'shop' });
    await untilRuns(stage, 'live', 'prod', commit);
    const tree = await stage.capstan(['tree', 'live@prod']);
    expect(tree).toMatchObject({ exitCode: 0, stderr: '' });
    const lines = tree.stdout.split('\n').map((line) => line.replace(/web-[-0-9a-z]+/, 'web-X').replace(/ +/g, ' ').replace(/ \d+[sm]$/, ''));
    expect(lines.slice(1)).toEqual([
      'Deployment.apps shop/web HEALTHY 2/2 ready', '└─ReplicaSet.apps shop/web-X HEALTHY 2/2 ready', ' ├─Pod shop/web-X HEALTHY Running 1/1 0', ' └─Pod shop/web-X HEALTHY Running 1/1 0', 'ConfigMap shop/live HEALTHY', '',
    ]);
    expect(await stage.capstan(['logs', 'live@prod'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('which pod?') });
    const pod = /Pod (shop\/web-\S+)/.exec(tree.stdout)?.[1] ?? '';
    expect(await stage.capstan(['logs', 'live@prod', pod])).toMatchObject({ exitCode: 8, stdout: '', stderr: expect.stringContaining('logs.enabled=true') });
    expect(await stage.capstan(['logs', 'live@prod', pod, '-f'])).toMatchObject({ exitCode: 20, stdout: '', stderr: expect.stringContaining('logs.enabled=true') });

    const name = 'capstan-agent-logs';
    await prod.apply(
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name, namespace: 'shop' }, rules: [{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }] },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name, namespace: 'shop' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name: 'capstan-agent', namespace: AGENT_NAMESPACE }],
      },
    );
    // No kubelet plays these nodes: what the API server says about it is what the person reads.
    const refused = await until('the right to reach the API server', 60_000, async () => {
      const outcome = await stage.capstan(['logs', 'live@prod', pod]);
      return outcome.stderr.includes('logs.enabled=true') ? undefined : outcome;
    });
    expect(refused).toMatchObject({ exitCode: 8, stdout: '', stderr: expect.stringMatching(/The cluster did not give the log: .+/) });
    expect(await stage.capstan(['logs', 'live@prod', 'shop/not-there'])).toMatchObject({ exitCode: 6 });
  });

  promise('the account of the agent itself can neither read Secrets elsewhere nor change anything', async (stage) => {
    const { real, admin } = stage.cluster('prod');
    const agent = createKubeClient({ server: real.server, caPem: real.caPem, credentials: tokenCredentials(await real.tokenFor(AGENT_NAMESPACE, 'capstan-agent')) });
    try {
      const secrets = await resourceOf(admin, 'Secret');
      for (const namespace of ['shop', 'kube-system', 'default']) expect(failureOf(await agent.list(secrets, { namespace })).code).toBe('FORBIDDEN');
      expect(failureOf(await agent.list(secrets)).code).toBe('FORBIDDEN');
      must(await agent.list(secrets, { namespace: AGENT_NAMESPACE }));
      expect(failureOf(await agent.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'shop' } })).code).toBe('FORBIDDEN');
      const other = agent.impersonate('system:serviceaccount:kube-system:default');
      expect(failureOf(await other.list(secrets, { namespace: AGENT_NAMESPACE })).code).toBe('FORBIDDEN');
      expect(failureOf(await agent.impersonate('admin', ['system:masters']).list(secrets)).code).toBe('FORBIDDEN');
    } finally {
      agent.close();
    }
  });
});
