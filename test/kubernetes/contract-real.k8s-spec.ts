import { startRealKubernetes } from '#testing';
import { kubernetesSurfaceContract } from '../contract/kubernetes/kubernetes-surface.contract.js';
import { createRawClient } from '../contract/kubernetes/raw-request.js';
import { describeWithKubernetes } from './describe-with-kubernetes.js';

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
      // the history of a watch is the API server's memory: it begins anew
      expireHistory: () => cluster.restartApiServer(),
      stop: async () => {
        raw.close();
        await kubernetes.stop();
      },
    };
  });
});
