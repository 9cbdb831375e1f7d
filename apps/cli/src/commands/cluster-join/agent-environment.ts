import type { AgentSettings } from './agent-settings.js';

/** The environment that brings up an agent process: lines that a shell can `source` and `env $(...)` can take. KUBECONFIG is the caller's. */
export function agentEnvironment(settings: AgentSettings): string {
  const variables = {
    CAPSTAN_HUB: settings.hub,
    CAPSTAN_HUB_CA_HASH: settings.caHash,
    CAPSTAN_JOIN_TOKEN: settings.joinToken,
    CAPSTAN_NAMESPACE: settings.namespace,
    CAPSTAN_APPLY_SERVICE_ACCOUNT: settings.applyServiceAccount,
    ...(settings.prometheusUrl === undefined ? {} : { CAPSTAN_PROMETHEUS_URL: settings.prometheusUrl }),
  };
  return Object.entries(variables).map(([name, value]) => `${name}=${value}\n`).join('');
}
