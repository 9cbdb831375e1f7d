import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKubeClient, loadKubeConfig, tokenCredentials } from '#kube';
import { startRealKubernetes, type RealCluster, type RealKubernetes } from '#testing';
import { aConfigMap, failureOf, must, resourceOf } from '../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from './stage/describe-with-kubernetes.js';

describeWithKubernetes('real Kubernetes for tests', () => {
  describe('real Kubernetes for tests', () => {
    let kubernetes: RealKubernetes | undefined;
    const cluster = (index: number): RealCluster => {
      const found = kubernetes?.clusters[index];
      if (found === undefined) throw new Error(`cluster ${index} did not start`);
      return found;
    };
    beforeAll(async () => {
      kubernetes = await startRealKubernetes({ clusters: 2 });
    }, 180_000);
    afterAll(async () => {
      await kubernetes?.stop();
    }, 60_000);

    it('keeps clusters apart, although they share one etcd', async () => {
      const [one, two] = [cluster(0), cluster(1)];
      must(await one.client.create(aConfigMap('default', 'only-here')));
      expect(failureOf(await two.client.get(await resourceOf(two.client, 'ConfigMap'), 'default', 'only-here')).code).toBe('NOT_FOUND');
      const uids = await Promise.all([one, two].map(async ({ client }) => must(await client.get(await resourceOf(client, 'Namespace'), '', 'kube-system')).metadata.uid));
      expect(new Set(uids).size).toBe(2);
      expect([one.auditLog.writes().length, two.auditLog.writes().length]).toEqual([1, 0]);
    });

    it('gives kubeconfigs and tokens that work, each with its own rights', async () => {
      const { adminKubeconfig, server, caPem } = cluster(0);
      const connection = await loadKubeConfig({ kubeconfig: adminKubeconfig });
      if (!connection.ok) throw new Error(JSON.stringify(connection.error));
      const admin = createKubeClient(connection.value);
      must(await admin.list(await resourceOf(admin, 'Secret')));
      const account = createKubeClient({ server, caPem, credentials: tokenCredentials(await cluster(0).tokenFor('default', 'default')) });
      expect(failureOf(await account.list(await resourceOf(account, 'Secret')))).toMatchObject({ code: 'FORBIDDEN' });
      const stranger = createKubeClient({ server, caPem: cluster(1).caPem, credentials: tokenCredentials('x') });
      expect(failureOf(await stranger.resolve('', 'Secret')).code).toBe('CERTIFICATE_REJECTED');
      const nobody = createKubeClient({ server, caPem, credentials: tokenCredentials('x') });
      expect(failureOf(await nobody.list(await resourceOf(admin, 'Secret'))).code).toBe('UNAUTHORIZED');
      for (const client of [admin, account, stranger, nobody]) client.close();
    });

    it('survives a crash of the API server with all that it held', async () => {
      const { client } = cluster(0);
      const configMaps = await resourceOf(client, 'ConfigMap');
      const stored = must(await client.create(aConfigMap('default', 'survivor', { a: '1' })));
      await cluster(0).stopApiServer();
      expect(failureOf(await client.get(configMaps, 'default', 'survivor')).code).toBe('UNAVAILABLE');
      await cluster(0).startApiServer();
      expect(must(await client.get(configMaps, 'default', 'survivor'))).toEqual(stored);
    }, 120_000);
  });
});
