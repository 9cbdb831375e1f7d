import type { JsonObject } from '#kernel';
import type { ClusterId } from '#domain';

export const CLUSTER_STATES = ['PENDING', 'ACTIVE', 'REMOVING', 'REMOVED'] as const;
export type ClusterState = (typeof CLUSTER_STATES)[number];
export const CONNECTION_STATES = ['NEVER', 'CONNECTED', 'DISCONNECTED'] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

export interface ClusterLabels {
  readonly [key: string]: string;
}

/** The part of a cluster that people decide: name, labels, and its life. */
export interface Cluster {
  readonly id: ClusterId;
  readonly name: string;
  readonly labels: ClusterLabels;
  readonly state: ClusterState;
  /** While REMOVING: when it is removed even though its agent did not acknowledge. */
  readonly removalDeadline: Date | undefined;
  /** Rises with every change; guards against lost updates. */
  readonly version: number;
}

/** A cluster as screens show it: with what the agent said of it. */
export interface ClusterView extends Cluster {
  readonly facts: JsonObject;
  readonly factsAt: Date | undefined;
  readonly connection: ConnectionState;
  readonly lastSeenAt: Date | undefined;
  readonly agentVersion: string | undefined;
  readonly createdAt: Date;
}
