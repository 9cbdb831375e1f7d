import type { AgentSettings } from './agent-settings.js';

/** The agent's Deployment: one replica, no privileges, a read-only root; the same as the chart's (a test compares them). */
export function agentDeployment(settings: AgentSettings, labels: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'capstan-agent', namespace: settings.namespace, labels },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { 'app.kubernetes.io/name': 'capstan-agent' } },
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'capstan-agent', 'app.kubernetes.io/part-of': 'capstan-agent' } },
        spec: {
          serviceAccountName: 'capstan-agent',
          terminationGracePeriodSeconds: 30,
          securityContext: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [container(settings)],
          volumes: [
            { name: 'hub', secret: { secretName: 'capstan-hub' } },
            { name: 'join', secret: { secretName: 'capstan-join', optional: true } },
            { name: 'cache', emptyDir: { sizeLimit: '2Gi' } },
            { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '128Mi' } },
          ],
        },
      },
    },
  };
}

function container(settings: AgentSettings): Readonly<Record<string, unknown>> {
  return {
    name: 'agent',
    image: settings.image,
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'CAPSTAN_HUB', valueFrom: { secretKeyRef: { name: 'capstan-hub', key: 'host' } } },
      { name: 'CAPSTAN_HUB_CA_FILE', value: '/etc/capstan/hub/ca.pem' },
      { name: 'CAPSTAN_JOIN_TOKEN_FILE', value: '/etc/capstan/join/token' },
      { name: 'CAPSTAN_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'CAPSTAN_APPLY_SERVICE_ACCOUNT', value: settings.applyServiceAccount },
      { name: 'CAPSTAN_DATA_DIR', value: '/var/cache/capstan' },
      { name: 'CAPSTAN_LOG_LEVEL', value: 'info' },
      ...(settings.prometheusUrl === undefined ? [] : [{ name: 'CAPSTAN_PROMETHEUS_URL', value: settings.prometheusUrl }]),
    ],
    resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '512Mi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'hub', mountPath: '/etc/capstan/hub', readOnly: true },
      { name: 'join', mountPath: '/etc/capstan/join', readOnly: true },
      { name: 'cache', mountPath: '/var/cache/capstan' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}
