import { expect } from '@jest/globals';
import { until } from '#testing';
import { createApplication, registeredRepository } from './stage/applications.js';
import { deployment } from './stage/content.js';
import { describeOnStage } from './stage/describe-on-stage.js';
import type { Stage } from './stage/stage.js';
import { targetsOf, untilRuns, untilTarget } from './stage/targets.js';

const CLUSTERS = [{ name: 'small', labels: { env: 'prod', size: '1' } }, { name: 'large', labels: { env: 'prod', size: '3' } }];

const FLEET: Readonly<Record<string, string>> = {
  'charts/shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies: [{name: common, version: 1.x, repository: "file://../common"}]\n',
  'charts/shop/values.yaml': 'replicas: 0\ngreeting: none\nimage: example.com/shop:1\n',
  'charts/shop/crds/coupons.yaml':
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: coupons.shop.example.com}\nspec:\n  group: shop.example.com\n  names: {kind: Coupon, plural: coupons}\n  scope: Namespaced\n' +
    '  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]\n',
  'charts/shop/templates/deployment.yaml': deployment('shop', '{{ .Values.image }}').replace('replicas: 1', 'replicas: {{ .Values.replicas }}'),
  'charts/shop/templates/settings.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-settings\n  labels: {{- include "common.labels" . | nindent 4 }}\n  annotations: {helm.sh/resource-policy: keep}\n' +
    'data:\n  greeting: {{ .Values.greeting }}\n  kubernetes: {{ .Capabilities.KubeVersion.Version }}\n  leases: {{ .Capabilities.APIVersions.Has "coordination.k8s.io/v1/Lease" | quote }}\n',
  'charts/shop/templates/coupon.yaml': 'apiVersion: shop.example.com/v1\nkind: Coupon\nmetadata: {name: welcome}\n',
  'charts/common/Chart.yaml': 'apiVersion: v2\nname: common\nversion: 1.0.0\ntype: library\n',
  'charts/common/templates/_labels.tpl': '{{ define "common.labels" }}chart: {{ .Chart.Name }}{{ end }}\n',
  'charts/other/Chart.yaml': 'apiVersion: v2\nname: other\nversion: 1.0.0\n',
  'env/prod.yaml': 'greeting: hello\n',
};

/** As a team writes it; through the command line, as a team applies it. */
const APPLICATION = `
apiVersion: capstan.dev/v1
kind: Application
metadata: { name: shop }
spec:
  source: { repository: charts, ref: main, path: charts/shop, renderer: auto, helm: { valuesFiles: [../../env/prod.yaml], releaseName: store } }
  parameters: { replicas: "{{ cluster.labels.size }}" }
  selector: { matchLabels: { env: prod } }
  namespace: shop
`;

describeOnStage('a chart', { clusters: CLUSTERS }, (promise) => {
  promise('reaches every cluster with the values of its labels; a values file or a chart that it names makes a release, another chart does not', async (stage) => {
    const repository = await registeredRepository(stage, 'charts');
    const first = await repository.commit(FLEET);
    expect(await stage.capstan(['apply', '-f', '-'], APPLICATION)).toMatchObject({ exitCode: 0 });
    for (const name of ['small', 'large']) await untilRuns(stage, 'shop', name, first);
    for (const [name, replicas] of [['small', 1], ['large', 3]] as const) {
      const cluster = stage.cluster(name);
      expect(await cluster.get('apps/Deployment', 'shop', 'shop')).toMatchObject({ spec: { replicas } });
      expect(await cluster.get('ConfigMap', 'shop', 'store-settings')).toMatchObject({ metadata: { labels: { chart: 'shop' } }, data: { greeting: 'hello', kubernetes: expect.stringMatching(/^v1\.\d+/), leases: 'true' } });
    }

    const second = await repository.commit({ 'env/prod.yaml': 'greeting: goodbye\n' });
    for (const name of ['small', 'large']) await untilRuns(stage, 'shop', name, second);
    expect(await stage.cluster('large').get('ConfigMap', 'shop', 'store-settings')).toMatchObject({ data: { greeting: 'goodbye' } });

    await repository.commit({ 'charts/other/values.yaml': 'a: 1\n' });
    const fourth = await repository.commit({ 'charts/common/templates/_labels.tpl': '{{ define "common.labels" }}chart: the-{{ .Chart.Name }}{{ end }}\n' });
    for (const name of ['small', 'large']) await untilRuns(stage, 'shop', name, fourth);
    expect(await stage.cluster('small').get('ConfigMap', 'shop', 'store-settings')).toMatchObject({ metadata: { labels: { chart: 'the-shop' } } });
    expect(await releasesOf(stage)).toEqual([fourth, second, first]);
  });

  promise('that fails keeps what runs, says where, and shows no value; what asks to stay stays, in a prune and when the application is deleted', async (stage) => {
    const repository = await registeredRepository(stage, 'failing');
    const keep = 'metadata: {name: kept, annotations: {helm.sh/resource-policy: keep}}';
    const first = await repository.commit({
      'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'web/values.yaml': 'token: canary-of-a-chart\n',
      'web/templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n', 'web/templates/kept.yaml': `apiVersion: v1\nkind: ConfigMap\n${keep}\n`, 'web/templates/also.yaml': `apiVersion: v1\nkind: Secret\n${keep}\n`,
    });
    await createApplication(stage, { name: 'failing', repository: 'failing', path: 'web', selector: { matchLabels: { size: '1' } }, namespace: 'failing' });
    await untilRuns(stage, 'failing', 'small', first);
    const small = stage.cluster('small');
    small.mark();
    await repository.commit({ 'web/templates/broken.yaml': 'a: b\nc: {{ fail (printf "not %s" .Values.token) }}\n' });
    const broken = await untilTarget(stage, 'failing', 'small', 'says what is wrong', ({ reason }) => reason === 'HELM_FAILED');
    expect(broken).toMatchObject({ sync: 'KEPT_LAST_GOOD' });
    expect(broken.message).toContain('web/templates/broken.yaml:2');
    expect(broken.message).not.toContain('canary');

    const pruned = await repository.commit({ 'web/templates/broken.yaml': null, 'web/templates/kept.yaml': null });
    await untilRuns(stage, 'failing', 'small', pruned);
    await stage.api.must('deleteApplication', { project: 'default', name: 'failing', mode: 'DELETE' });
    await until('the target is gone', 60_000, async () => ((await targetsOf(stage, 'failing')).length === 0 ? true : undefined));
    expect(small.deleteLines()).toEqual(['delete configmaps failing/a']);
    for (const kind of ['ConfigMap', 'Secret']) expect(await small.get(kind, 'failing', 'kept')).toBeDefined();
  });
});

async function releasesOf(stage: Stage): Promise<readonly string[]> {
  type Answer = { readonly releases: { readonly edges: readonly { readonly node: { readonly commit: string } }[] } };
  const { releases } = await stage.api.query<Answer>('{ releases(application: "shop", first: 50) { edges { node { commit } } } }');
  return releases.edges.map(({ node }) => node.commit);
}
