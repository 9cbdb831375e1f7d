import { stringify } from 'yaml';
import { agentDeployment } from './agent-deployment.js';
import { agentRbac } from './agent-rbac.js';
import type { AgentSettings } from './agent-settings.js';

export type Manifest = Readonly<Record<string, unknown>>;

/** Every object that an agent needs in its cluster, in the order to apply them. Holds the join token: it is a secret. */
export function agentObjects(settings: AgentSettings, version: string): readonly Manifest[] {
  const labels = { 'app.kubernetes.io/name': 'capstan-agent', 'app.kubernetes.io/part-of': 'capstan-agent', 'app.kubernetes.io/version': version };
  const { namespace, applyServiceAccount } = settings;
  const secret = (name: string, stringData: Readonly<Record<string, string>>): Manifest => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels }, type: 'Opaque', stringData });
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'capstan-agent', namespace, labels } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: applyServiceAccount, namespace, labels }, automountServiceAccountToken: false },
    ...agentRbac(settings, labels),
    secret('capstan-hub', { host: settings.hub, 'ca.pem': settings.caPem }),
    secret('capstan-join', { token: settings.joinToken }),
    agentDeployment(settings, labels),
  ];
}

/** The same as one YAML stream for `kubectl apply -f -`. */
export function agentManifest(settings: AgentSettings, version: string): string {
  return agentObjects(settings, version).map((object) => `---\n${stringify(object, { lineWidth: 0 })}`).join('');
}

/** Values of the chart, with the command that takes them as a comment. */
export function agentChartValues(settings: AgentSettings): string {
  const values = {
    hub: { host: settings.hub, caPem: settings.caPem },
    joinToken: { value: settings.joinToken },
    apply: { serviceAccount: settings.applyServiceAccount, preset: settings.preset, ...(settings.preset === 'namespaced' ? { namespaces: settings.namespaces } : {}) },
    ...(settings.readsLogs ? { logs: { enabled: true } } : {}),
    ...(settings.prometheusUrl === undefined ? {} : { prometheus: { url: settings.prometheusUrl } }),
  };
  return `# helm upgrade --install capstan-agent helm/capstan-agent --namespace ${settings.namespace} --create-namespace --values THIS_FILE\n${stringify(values, { lineWidth: 0 })}`;
}
