import { startRealKubernetes } from '#testing';
import { kubernetesSurfaceContract } from '../contract/kubernetes/kubernetes-surface.contract.js';
import { createRawClient } from '../contract/kubernetes/raw-request.js';
import { listWhileBusy } from './list-while-busy.js';
import { describeWithKubernetes } from './stage/describe-with-kubernetes.js';

describeWithKubernetes('Kubernetes surface: real Kubernetes', () => {
  kubernetesSurfaceContract('real Kubernetes', async () => {
    const kubernetes = await startRealKubernetes();
    const [cluster] = kubernetes.clusters;
    if (cluster === undefined) throw new Error('no cluster was started');
    const raw = createRawClient(cluster.connection);
    return {
      client: cluster.client,
      ask: raw.ask,
      auditLog: cluster.auditLog,
      expireHistory: () => cluster.forgetHistory(),
      listWhileBusy: (namespace) => listWhileBusy(raw.ask, namespace),
      stop: async () => {
        raw.close();
        await kubernetes.stop();
      },
    };
  });
});
