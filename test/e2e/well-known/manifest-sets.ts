import { MODULES, type ManifestModule } from './modules.js';

/** Public manifests as one application. */
export interface ManifestSet {
  readonly name: string;
  readonly module: ManifestModule;
  /** Folders of the module, by where they lie in the application's directory; '' is the directory itself. */
  readonly folders: Readonly<Record<string, string>>;
  /** Beside them, of ours; what is named like a file of the module replaces it, null leaves it out. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** Of the application, beyond repository and path. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** What cannot become healthy where kwok plays the nodes: nothing answers behind a Service, no cloud gives addresses, and no operator runs. As `Kind/name`. */
  readonly unhealthy?: readonly string[];
}

const namespace = (name: string): string => `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`;
const kustomization = (lines: string): string => `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${lines}`;

const under = (into: string, from: string, folders: readonly string[]): Readonly<Record<string, string>> => Object.fromEntries(folders.map((folder) => [`${into}/${folder}`, `${from}/${folder}`]));
const ARGO_CD = under('upstream', 'manifests', ['base', 'cluster-install', 'cluster-rbac', 'crds', 'namespace-install', 'ha/base', 'ha/namespace-install']);
const KEDA_SAMPLES = ['clustertriggerauthentication', 'scaledobject', 'triggerauthentication'].map((kind) => `keda_v1alpha1_${kind}`).concat(['cloudeventsource', 'clustercloudeventsource'].map((kind) => `eventing_v1alpha1_${kind}`));

/**
 * What is left out, and why: Certificate and Issuer of Cluster API and Knative's Certificate and Image, which somebody's webhook would have to admit or
 * whose definitions lie in another module; KEDA's sample of a ScaledJob, which its definition refuses; Flux, whose kustomizations fetch from GitHub. Webhooks that fail closed come with their release as they are:
 * what they judge is applied before them or not part of it.
 */
export const MANIFEST_SETS: readonly ManifestSet[] = [
  {
    name: 'argo-cd', module: MODULES.argoCd, folders: ARGO_CD,
    files: {
      'kustomization.yaml': kustomization('resources: [namespace.yaml, upstream/cluster-install, project.yaml]\n'),
      'namespace.yaml': namespace('argocd'),
      'project.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: { name: shop }\nspec: { sourceRepos: ["*"], destinations: [{ namespace: shop, server: "*" }] }\n',
    },
    spec: { namespace: 'argocd' },
  },
  {
    name: 'argo-cd-ha', module: MODULES.argoCd, folders: ARGO_CD,
    files: { 'kustomization.yaml': kustomization('resources: [namespace.yaml, upstream/ha/namespace-install]\n'), 'namespace.yaml': namespace('argocd-ha') },
    spec: { namespace: 'argocd-ha' },
  },
  {
    name: 'argo-cd-team', module: MODULES.argoCd, folders: ARGO_CD,
    files: { 'kustomization.yaml': kustomization('resources: [namespace.yaml, upstream/namespace-install]\n'), 'namespace.yaml': namespace('argocd-team') },
    spec: { namespace: 'argocd-team' },
  },
  {
    name: 'argo-workflows', module: MODULES.argoWorkflows, folders: under('upstream', 'manifests', ['base', 'cluster-install', 'cluster-install-no-crds', 'components', 'namespace-install', 'quick-start']),
    files: { 'kustomization.yaml': kustomization('resources: [namespace.yaml, upstream/quick-start/postgres]\n'), 'namespace.yaml': namespace('argo') },
    spec: { namespace: 'argo' },
  },
  {
    name: 'argo-rollouts', module: MODULES.argoRollouts, folders: under('upstream', 'manifests', ['base', 'cluster-install', 'crds', 'role']),
    files: { 'kustomization.yaml': kustomization('resources: [namespace.yaml, upstream/cluster-install]\n'), 'namespace.yaml': namespace('argo-rollouts') },
    spec: { namespace: 'argo-rollouts' },
  },
  {
    name: 'cert-manager', module: MODULES.certManager, folders: { '': 'deploy/charts/cert-manager' },
    files: { 'Chart.yaml': 'apiVersion: v2\nname: cert-manager\nversion: v1.19.1\nappVersion: v1.19.1\nkubeVersion: ">= 1.22.0-0"\n' },
    spec: { namespace: 'cert-manager', parameters: { crds: { enabled: true, keep: false }, extraObjects: [namespace('cert-manager')] } },
  },
  { name: 'crossplane-crds', module: MODULES.crossplane, folders: { '': 'cluster/crds' }, spec: {} },
  {
    name: 'crossplane', module: MODULES.crossplane, folders: { '': 'cluster/charts/crossplane' },
    spec: { namespace: 'crossplane-system', dependsOn: ['crossplane-crds'], parameters: { extraObjects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'crossplane-system' } }] } },
  },
  {
    name: 'cluster-api', module: MODULES.clusterApi, folders: { upstream: 'config' },
    files: {
      'kustomization.yaml': kustomization(
        'resources: [upstream/default]\npatches:\n' +
          ['Certificate', 'Issuer'].map((kind) => `  - { target: { group: cert-manager.io, kind: ${kind} }, patch: "{apiVersion: cert-manager.io/v1, kind: ${kind}, metadata: {name: any}, $patch: delete}" }\n`).join(''),
      ),
    },
    spec: {},
  },
  { name: 'gateway-api', module: MODULES.gatewayApi, folders: { '': 'config/crd/experimental' }, spec: {} },
  {
    name: 'keda', module: MODULES.keda, folders: { upstream: 'config' },
    files: { 'kustomization.yaml': kustomization(`resources:\n  - upstream/default\n${KEDA_SAMPLES.map((name) => `  - upstream/samples/${name}.yaml\n`).join('')}`) },
    spec: { namespace: 'keda' }, unhealthy: ['APIService/v1beta1.external.metrics.k8s.io', 'ScaledObject/example-scaledobject'],
  },
  {
    name: 'knative', module: MODULES.knative, folders: { core: 'config/core', contour: 'third_party/contour-latest', kourier: 'third_party/kourier-latest' },
    files: { 'core/300-knativecertificate.yaml': null, 'core/999-cache.yaml': null }, spec: {},
    unhealthy: ['HorizontalPodAutoscaler/3scale-kourier-gateway', 'HorizontalPodAutoscaler/activator', 'HorizontalPodAutoscaler/webhook'],
  },
];
