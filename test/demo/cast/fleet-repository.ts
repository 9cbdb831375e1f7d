/** What the strictest Pod Security standard asks for. */
const RESTRICTED = '{ runAsNonRoot: true, runAsUser: 65534, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] }, seccompProfile: { type: RuntimeDefault } }';

const deployment = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  labels: { app.kubernetes.io/name: shop }
spec:
  replicas: 1
  selector:
    matchLabels: { app.kubernetes.io/name: shop }
  template:
    metadata:
      labels: { app.kubernetes.io/name: shop }
    spec:
      containers:
        - name: shop
          image: ${image}
          securityContext: ${RESTRICTED}
          ports:
            - name: http
              containerPort: 8080
          envFrom:
            - configMapRef: { name: shop-settings }
          resources:
            requests: { cpu: 50m, memory: 64Mi }
            limits: { memory: 128Mi }
`;

/** Which images run: those of throw-away clusters need not exist, those of real nodes do. */
export interface FleetContent {
  readonly before: string;
  readonly after: string;
  readonly nodeReport: string;
  /** One pod for each node, or a single one: on somebody's own cluster a pod on every node would be a liberty. */
  readonly onEveryNode: boolean;
}

export const MADE_UP_IMAGES: FleetContent = {
  before: 'registry.example.com/shop:1.4.0',
  after: 'registry.example.com/shop:1.5.0',
  nodeReport: 'registry.example.com/node-report:2.0.1',
  onEveryNode: true,
};
/** Small, public, and does nothing. */
export const REAL_IMAGES: FleetContent = { before: 'registry.k8s.io/pause:3.9', after: 'registry.k8s.io/pause:3.10', nodeReport: 'registry.k8s.io/pause:3.10', onEveryNode: false };

/** The base that every overlay uses; one file changes in the story. */
export const BASE_DEPLOYMENT = 'apps/shop/base/deployment.yaml';
export const PROD_OVERLAY = 'apps/shop/overlays/prod/kustomization.yaml';
export const shopDeployment = deployment;

const overlay = (environment: string, replicas: number): string => `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../../base
replicas:
  - name: shop
    count: ${replicas}
patches:
  - target: { kind: ConfigMap, name: shop-settings }
    patch: |-
      - op: replace
        path: /data/ENVIRONMENT
        value: ${environment}
`;

/** A release whose pods never run: there is no image of that tag, and nodes that are played never start it. */
export const unreadyProdOverlay = ({ after }: FleetContent): string => `${overlay('prod', 3)}images:\n  - name: ${after.slice(0, after.lastIndexOf(':'))}\n    newTag: broken\n`;

/** A commit that does not render: the overlay names a base that is not there. */
export const BROKEN_PROD_OVERLAY = overlay('prod', 3).replace('../../base', '../../bsae');

/** A fleet repository as teams keep it: a Kustomize base with an overlay per environment, and a plain application. */
export const fleetRepository = (content: FleetContent): Readonly<Record<string, string>> => ({
  'README.md': '# fleet\n\nWhat runs on our clusters. `apps/shop` has a base and an overlay per environment; `apps/node-report` is plain YAML.\n',
  'apps/shop/base/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - deployment.yaml
  - service.yaml
  - settings.yaml
`,
  [BASE_DEPLOYMENT]: shopDeployment(content.before),
  'apps/shop/base/service.yaml': `apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: { app.kubernetes.io/name: shop }
  ports:
    - name: http
      port: 80
      targetPort: http
`,
  'apps/shop/base/settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: shop-settings
data:
  ENVIRONMENT: base
  LOG_LEVEL: info
`,
  'apps/shop/overlays/dev/kustomization.yaml': overlay('dev', 1),
  'apps/shop/overlays/staging/kustomization.yaml': overlay('staging', 2),
  [PROD_OVERLAY]: overlay('prod', 3),
  [`apps/node-report/${content.onEveryNode ? 'daemonset' : 'deployment'}.yaml`]: `apiVersion: apps/v1
kind: ${content.onEveryNode ? 'DaemonSet' : 'Deployment'}
metadata:
  name: node-report
spec:
  selector:
    matchLabels: { app.kubernetes.io/name: node-report }
  template:
    metadata:
      labels: { app.kubernetes.io/name: node-report }
    spec:
      serviceAccountName: node-report
      containers:
        - name: node-report
          image: ${content.nodeReport}
          securityContext: ${RESTRICTED}
`,
  'apps/node-report/service-account.yaml': `apiVersion: v1
kind: ServiceAccount
metadata:
  name: node-report
`,
});
