export type ApplyPreset = 'namespaced' | 'cluster-admin';

/** Everything an agent needs to join: what `cluster join` prints as environment, as a manifest or as values of the chart. */
export interface AgentSettings {
  readonly cluster: string;
  /** `host:agentPort:enrollPort`, or the host alone when the ports are the usual ones. */
  readonly hub: string;
  readonly caPem: string;
  /** `sha256:<hex>` of the CA's public key. */
  readonly caHash: string;
  readonly joinToken: string;
  readonly namespace: string;
  readonly applyServiceAccount: string;
  /** Undefined for an agent outside of this manifest's reach (environment). */
  readonly preset: ApplyPreset;
  readonly namespaces: readonly string[];
  /** The agent may read the logs of pods. */
  readonly readsLogs: boolean;
  /** Where the agent asks for metrics; undefined: nowhere. */
  readonly prometheusUrl: string | undefined;
  readonly image: string;
}

const USUAL_PORTS = { agent: 8443, enroll: 8444 };

export function hubAddress(host: string, agentPort: number, enrollPort: number): string {
  return agentPort === USUAL_PORTS.agent && enrollPort === USUAL_PORTS.enroll ? host : `${host}:${agentPort}:${enrollPort}`;
}
