import type { KubeObject } from '#domain';

/** What one process of agents is to do. */
export interface FleetOrder {
  /** Of the logs of its clusters: `<name>.agent.log`, `.audit.log`, `.objects.log`. */
  readonly directory: string;
  /** `host:agentPort:enrollPort`. */
  readonly hub: string;
  readonly hubCaFile: string;
  /** Program of the process that renders, of the built agent. */
  readonly renderProcess: string;
  /** What `capstan cluster join` puts into every cluster, but for the token. */
  readonly manifest: readonly KubeObject[];
  readonly clusters: readonly { readonly name: string; readonly joinToken: string }[];
}
