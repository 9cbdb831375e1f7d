/** A Go module whose archive holds manifests. `sum` is its checksum as go.sum has it: what was fetched is what was meant. */
export interface ManifestModule {
  readonly path: string;
  readonly version: string;
  readonly sum: string;
  /** What is kept of it. */
  readonly folders: readonly string[];
}

export const MODULES = {
  argoCd: { path: 'github.com/argoproj/argo-cd/v3', version: 'v3.2.0', sum: 'h1:m2eGAV+nXQGgzZbH5SyJD5laaPW27mzWXBrgisUHY/0=', folders: ['manifests'] },
  argoRollouts: { path: 'github.com/argoproj/argo-rollouts', version: 'v1.8.3', sum: 'h1:blbtQva4IK9r6gFh+dWkCrLnFdPOWiv9ubQYu36qeaA=', folders: ['manifests'] },
  argoWorkflows: { path: 'github.com/argoproj/argo-workflows/v3', version: 'v3.7.4', sum: 'h1:oA/DxaSsjb6fMYaygf7JVQgnsF+ZzlfUPy5kIfLsCic=', folders: ['manifests'] },
  certManager: { path: 'github.com/cert-manager/cert-manager', version: 'v1.19.1', sum: 'h1:Txh8L/nLWTDcb7ZnXuXbTe15BxQnLbLirXmbNk0fGgY=', folders: ['deploy/charts/cert-manager'] },
  clusterApi: { path: 'sigs.k8s.io/cluster-api', version: 'v1.11.3', sum: 'h1:apxfugbP1X8AG7THCM74CTarCOW4H2oOc6hlbm1hY80=', folders: ['config'] },
  crossplane: { path: 'github.com/crossplane/crossplane/v2', version: 'v2.1.0', sum: 'h1:7RFel1CeIWQytwtHz1st7lZiycYXUIcS0LkaetCJa4Q=', folders: ['cluster/charts/crossplane', 'cluster/crds'] },
  gatewayApi: { path: 'sigs.k8s.io/gateway-api', version: 'v1.4.1', sum: 'h1:NPxFutNkKNa8UfLd2CMlEuhIPMQgDQ6DXNKG9sHbJU8=', folders: ['config/crd'] },
  keda: { path: 'github.com/kedacore/keda/v2', version: 'v2.18.1', sum: 'h1:h6bRt/IOxxtZpJlHSqhdH/lcInH7Z9obxg/JvWOmGAw=', folders: ['config'] },
  knative: { path: 'knative.dev/serving', version: 'v0.47.0', sum: 'h1:qNe8GcI12VigsGRqBojqTE/u63rikAWAtGliEOgNxAY=', folders: ['config/core', 'third_party/contour-latest', 'third_party/kourier-latest'] },
} as const satisfies Readonly<Record<string, ManifestModule>>;
