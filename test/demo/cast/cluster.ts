import type { KubeObject } from '#domain';
import type { KubeClient } from '#kube';
import type { AuditLog } from '#testing';
import type { Child } from '../../stage/child.js';
import type { JoinableCluster } from '../../stage/join-cluster.js';

/** A Kubernetes API of the demo, before anything of Capstan is in it. */
export interface DemoHost extends JoinableCluster {
  /** As its administrator. */
  readonly admin: KubeClient;
  /** Its independent witness, where we can read it. */
  readonly auditLog: AuditLog | undefined;
  /** Puts one object of the agent's manifest into it; undefined: server-side apply. */
  readonly install: ((object: KubeObject) => Promise<void>) | undefined;
}

/** A cluster of the demo: a Kubernetes API, and the agent that runs beside it. */
export interface DemoCluster {
  readonly name: string;
  readonly host: DemoHost;
  readonly agent: Child;
}
