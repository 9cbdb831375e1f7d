/** Clusters of the stage, each with one agent. */
export const CLUSTERS = ['alpha', 'beta'] as const;
export type ClusterName = (typeof CLUSTERS)[number];

/** Replicas of the hub on one database: one of them plans, both serve. */
export const HUBS = ['hub-1', 'hub-2'] as const;
export type HubName = (typeof HUBS)[number];

/** What can be killed and stopped. */
export const PROCESSES = ['hub-1', 'hub-2', 'postgres', 'git', 'agent-alpha', 'agent-beta'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** Connections that run through a proxy: of the people to the API, of the hubs to their database, of everybody to Git, of the agents to hub and API server. */
export const LINKS = ['api', 'database', 'git', 'session-alpha', 'session-beta', 'kubernetes-alpha', 'kubernetes-beta'] as const;
export type LinkName = (typeof LINKS)[number];

/** What a commit holds: ConfigMaps by name with one value each, an image where there is a Deployment; `broken` is no YAML at all. */
export interface Content {
  readonly values: Readonly<Record<string, string>>;
  readonly image: string | undefined;
  readonly isBroken: boolean;
}

export interface ApplicationPlan {
  /** Also its repository and its namespace. */
  readonly name: string;
  /** Absent before this moment; undefined: it is there, in sync, before the first fault. */
  readonly createdAtMs: number | undefined;
  readonly first: Content;
}

export type Action =
  | { readonly kind: 'commit'; readonly application: string; readonly content: Content; readonly why: 'change' | 'revert' | 'break' | 'stick' | 'mend' | 'shrink' }
  /** The branch forgets its last commit and gets another in its place. */
  | { readonly kind: 'rewrite'; readonly application: string; readonly content: Content }
  | { readonly kind: 'create'; readonly application: string }
  | { readonly kind: 'parameters'; readonly application: string; readonly size: string }
  | { readonly kind: 'sync'; readonly application: string }
  | { readonly kind: 'delete'; readonly application: string; readonly mode: 'DELETE' | 'ORPHAN' }
  /** Gives the application's label another value, which is a parameter of its content. */
  | { readonly kind: 'tier'; readonly application: string; readonly cluster: ClusterName; readonly tier: string }
  /** Takes the cluster out of the application's selector, or back in. */
  | { readonly kind: 'match'; readonly application: string; readonly cluster: ClusterName; readonly isMatched: boolean }
  | { readonly kind: 'hand-edit'; readonly application: string; readonly cluster: ClusterName; readonly object: string }
  | { readonly kind: 'hand-delete'; readonly application: string; readonly cluster: ClusterName; readonly object: string };

export type LinkFault =
  | { readonly how: 'cut' }
  | { readonly how: 'refuse' }
  /** Nothing passes and nobody is told; connections that lost bytes stay dead for ever. */
  | { readonly how: 'blackhole' }
  /** The same for one direction only. */
  | { readonly how: 'half-open'; readonly lost: 'requests' | 'answers' }
  | { readonly how: 'delay'; readonly ms: number }
  | { readonly how: 'slow'; readonly bytesPerSecond: number }
  /** Cuts each connection after so many more bytes of answers: in the middle of a frame. */
  | { readonly how: 'cut-mid-frame'; readonly afterBytes: number }
  /** New connections reach the other side in the reverse order. */
  | { readonly how: 'reorder' };

export type Fault =
  | { readonly kind: 'kill'; readonly process: ProcessName; readonly forMs: number }
  | { readonly kind: 'pause'; readonly process: ProcessName; readonly forMs: number }
  | { readonly kind: 'link'; readonly link: LinkName; readonly fault: LinkFault; readonly forMs: number };

export type Step = { readonly atMs: number } & ({ readonly action: Action } | { readonly fault: Fault });

/** Everything that will be done to a stage, from the seed alone. Times count from the beginning of the weather. */
export interface Schedule {
  readonly seed: number;
  readonly applications: readonly ApplicationPlan[];
  /** In the order of time. */
  readonly steps: readonly Step[];
}
