import { describe, expect, it } from '@jest/globals';
import { until } from '#testing';
import { join } from 'node:path';
import { AGENT_ACCOUNT, APPLY_ACCOUNT } from './stage/agent-accounts.js';
import { createApplication, registeredRepository } from './stage/applications.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import { filesOf, findFixtures } from './stage/fixtures.js';
import { targetsOf, untilTarget } from './stage/targets.js';

const SUITE = 'from a commit to the clusters, on real content';
const fixtures = findFixtures(SUITE);
const IMAGE = /podinfo:6\.14\.1/;

if (fixtures === undefined) {
  describe(SUITE, () => it.skip('needs the fixtures', () => undefined));
} else {
  describeOnStage(SUITE, { clusters: [{ name: 'prod', labels: { env: 'prod' } }, { name: 'dev', labels: { env: 'dev' } }] }, (promise) => {
    promise('a commit reaches the cluster whose labels match by exactly the expected writes, stays without another, and the next one changes what it changes', async (stage) => {
      const [prod, dev] = [stage.cluster('prod'), stage.cluster('dev')];
      for (const cluster of stage.clusters) cluster.mark();
      const repository = await registeredRepository(stage, 'podinfo');
      const files = await filesOf(join(fixtures, 'podinfo/kustomize'), 'kustomize');
      const commit = await repository.commit(files, 'podinfo 6.14.1');
      await createApplication(stage, { name: 'podinfo', repository: 'podinfo', path: 'kustomize', selector: { matchLabels: { env: 'prod' } }, namespace: 'podinfo' });
      // Without a metrics API the autoscaler is healthy only until it first asks for metrics, so its own health is not waited for.
      const target = await untilTarget(stage, 'podinfo', 'prod', `runs ${commit}, whatever its autoscaler says`, (view) =>
        view.sync === 'SYNCED' && view.observed.commit === commit && view.observed.unhealthy.every(({ object }) => object.kind === 'HorizontalPodAutoscaler'));
      expect(target.observed).toMatchObject({ objectCount: 3, drift: [], pendingRemoval: null });
      expect((await targetsOf(stage, 'podinfo')).map(({ cluster }) => cluster.name)).toEqual(['prod']);
      const installation = [
        'create namespaces podinfo',
        'patch apps/deployments podinfo/podinfo',
        'patch autoscaling/horizontalpodautoscalers podinfo/podinfo',
        'patch services podinfo/podinfo',
      ];
      expect(prod.writeLines()).toEqual(installation);
      expect(prod.strangeWrites()).toEqual([]);
      expect(prod.writes().every(({ user, impersonatedUser }) => user === AGENT_ACCOUNT && impersonatedUser === APPLY_ACCOUNT)).toBe(true);
      expect(dev.writeLines()).toEqual([]);

      // The autoscaler has its way with a field that Git does not name, and nobody fights it.
      await until('the autoscaler scales the Deployment', 60_000, async () => {
        const spec = (await prod.get('apps/Deployment', 'podinfo', 'podinfo'))['spec'];
        return typeof spec === 'object' && spec !== null && 'replicas' in spec && spec.replicas === 2 ? true : undefined;
      });
      const polled = stage.git.count('ref-look-up', 'podinfo');
      await until('the hub has looked at Git three times more', 60_000, () => (stage.git.count('ref-look-up', 'podinfo') >= polled + 3 ? true : undefined));
      expect(prod.writeLines()).toEqual(installation);

      prod.mark();
      const service = await prod.get('Service', 'podinfo', 'podinfo');
      const second = await repository.commit({ 'kustomize/deployment.yaml': (files['kustomize/deployment.yaml'] ?? '').replace(IMAGE, 'podinfo:6.14.2') }, 'podinfo 6.14.2');
      await untilTarget(stage, 'podinfo', 'prod', 'is synced', ({ sync, observed }) => sync === 'SYNCED' && observed.commit === second);
      expect(prod.writeLines()).toEqual(['patch apps/deployments podinfo/podinfo']);
      expect((await prod.get('Service', 'podinfo', 'podinfo')).metadata.resourceVersion).toBe(service.metadata.resourceVersion);
      expect(JSON.stringify((await prod.get('apps/Deployment', 'podinfo', 'podinfo'))['spec'])).toContain('podinfo:6.14.2');
    });

    promise('plain manifests in several folders bring their namespace and rights to every cluster', async (stage) => {
      for (const cluster of stage.clusters) cluster.mark();
      const repository = await registeredRepository(stage, 'webapp');
      const commit = await repository.commit(await filesOf(join(fixtures, 'podinfo/deploy/webapp'), 'deploy/webapp'), 'webapp');
      await createApplication(stage, { name: 'webapp', repository: 'webapp', path: 'deploy/webapp' });
      for (const cluster of stage.clusters) {
        // Its two autoscalers scale the same Deployment, which the target rightly goes on to report: synced is all that can be waited for.
        await untilTarget(stage, 'webapp', cluster.name, 'is synced', ({ sync, observed }) => sync === 'SYNCED' && observed.commit === commit);
        const order = cluster.writes().filter(({ namespace, name }) => namespace === 'webapp' || name === 'webapp');
        expect(order[0]).toMatchObject({ resource: 'namespaces', name: 'webapp' });
        expect(order.map(({ group, resource, name }) => `${group}/${resource}/${name}`).toSorted()).toEqual([
          '/namespaces/webapp',
          '/serviceaccounts/reconciler',
          '/serviceaccounts/webapp',
          '/services/backend',
          '/services/frontend',
          'apps/deployments/backend',
          'apps/deployments/frontend',
          'autoscaling/horizontalpodautoscalers/backend',
          'autoscaling/horizontalpodautoscalers/frontend',
          'rbac.authorization.k8s.io/rolebindings/reconciler',
          'rbac.authorization.k8s.io/roles/reconciler',
        ]);
        expect(cluster.deleteLines()).toEqual([]);
        expect(cluster.strangeWrites()).toEqual([]);
      }
    });
  });
}
