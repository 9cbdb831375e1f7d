import type { Mutation } from '../../check/evidence.js';

/** A commit of the story: the release of one application. */
export interface FleetCommit {
  readonly application: string;
  readonly id: string;
  /** Counts over all applications. */
  readonly number: number;
  readonly isFlawed: boolean;
  readonly at: number;
}

/** A row of `target_transitions`. Times in ms of the database, which runs on the same machine as everything else. */
export interface TargetTransition {
  readonly target: string;
  readonly at: number;
  readonly kind: string;
  /** ASSIGNED and REISSUED. */
  readonly release: string | undefined;
  readonly generation: number;
  readonly reason: string | undefined;
  /** Of kind ROLLOUT: the state that the target got in its rollout. */
  readonly message: string | undefined;
  /** The transaction that wrote it. */
  readonly transaction: string;
}

export interface RolloutRecord {
  readonly id: string;
  readonly application: string;
  readonly number: number;
  readonly cause: string;
  readonly state: string;
  readonly release: string;
}

export interface StageRecord {
  readonly rollout: string;
  readonly name: string;
  readonly ordinal: number;
  readonly state: string;
  /** undefined: no limit. */
  readonly maxConcurrency: number | undefined;
  readonly failureBudget: number | undefined;
  readonly openedAt: number | undefined;
  readonly closedAt: number | undefined;
}

export interface RolloutTargetRecord {
  readonly rollout: string;
  readonly target: string;
  readonly stage: string;
  readonly state: string;
  readonly reason: string | undefined;
  readonly generation: number | undefined;
  readonly from: string | undefined;
  readonly to: string;
}

export interface AuditRecord {
  readonly action: string;
  readonly object: string;
  readonly outcome: string;
  readonly at: number;
  readonly transaction: string;
}

/** A target as the database has it in the end. */
export interface TargetRecord {
  readonly id: string;
  readonly application: string;
  readonly cluster: string;
  readonly state: string;
  readonly release: string | undefined;
  readonly generation: number;
}

/** The log of an agent: an order that it has taken. */
export interface TakenOrder {
  readonly cluster: string;
  readonly target: string;
  readonly at: number;
  readonly generation: number;
  readonly release: string | undefined;
}

/** The log of an agent: what became of a target. */
export interface AgentAnswer {
  readonly cluster: string;
  readonly target: string;
  readonly at: number;
  readonly generation: number;
  readonly sync: string;
  readonly health: string;
}

/** The log of an agent: an order that it has refused. */
export interface RefusedOrder {
  readonly cluster: string;
  readonly target: string;
  readonly at: number;
  readonly reason: string;
}

/** A ConfigMap of an application, as its cluster told of it. */
export interface Sighting {
  readonly cluster: string;
  readonly application: string;
  readonly name: string;
  readonly at: number;
  /** undefined: it is gone. */
  readonly value: string | undefined;
}

/** Everything that the checker judges by: what people did, and what database, agents and clusters have written down. */
export interface KillEvidence {
  readonly commits: readonly FleetCommit[];
  /** Commit of each release, by its id. */
  readonly releases: Readonly<Record<string, string>>;
  /** In the order of the database. */
  readonly transitions: readonly TargetTransition[];
  readonly rollouts: readonly RolloutRecord[];
  readonly stages: readonly StageRecord[];
  readonly rolloutTargets: readonly RolloutTargetRecord[];
  readonly targets: readonly TargetRecord[];
  readonly audit: readonly AuditRecord[];
  readonly mutations: readonly Mutation[];
  /** Of each agent in the order of its log. */
  readonly taken: readonly TakenOrder[];
  readonly answers: readonly AgentAnswer[];
  readonly refused: readonly RefusedOrder[];
  readonly sightings: readonly Sighting[];
  /** How often each object was written by its agent, by the audit log of its cluster: `cluster application/name`. */
  readonly writes: Readonly<Record<string, number>>;
  /** What had not come to its end when nobody waited any more. */
  readonly missing: readonly string[];
}
