import type { ClusterName, Content, Schedule } from '../plan/schedule.js';

/** What was asked of the API, once, however often it had to be repeated. */
export interface Mutation {
  readonly name: string;
  readonly application: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly key: string;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly attempts: number;
  readonly answer: unknown;
  /** What the same key gave after the weather; undefined: it was not asked. */
  readonly secondAnswer: unknown;
  /** Codes of the user errors of the answer: it was refused, and changed nothing. */
  readonly refusals: readonly string[];
}

export interface PushedCommit {
  readonly application: string;
  readonly id: string;
  readonly content: Content;
  readonly at: number;
}

/** A write by anybody but control plane and administrator, as the API server's audit log has it. Times in ms. */
export interface ClusterWrite {
  readonly cluster: ClusterName;
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly at: number;
  readonly answeredAt: number;
  readonly isByAgent: boolean;
  /** `data` of a ConfigMap that was sent. */
  readonly data: Readonly<Record<string, string>> | undefined;
  readonly hasUid: boolean;
}

/** A row of `target_transitions` of kind ASSIGNED, REISSUED or TOMBSTONED, or any other. */
export interface Transition {
  readonly application: string;
  readonly cluster: ClusterName;
  readonly at: number;
  readonly kind: string;
  readonly commit: string | undefined;
  readonly generation: number;
}

export interface Tombstone {
  readonly application: string;
  readonly cluster: ClusterName;
  readonly mode: string;
  readonly cause: string;
  readonly createdAt: number;
  readonly acknowledgedAt: number | undefined;
}

export interface ReleaseRow {
  readonly application: string;
  readonly number: number;
  readonly commit: string;
}

export interface AuditRow {
  readonly action: string;
  /** Name of the application or repository, where it is one of the schedule. */
  readonly subject: string | undefined;
  readonly outcome: string;
}

export interface LookUp {
  readonly repository: string;
  readonly at: number;
}

/** Everything that the checker judges by: what people did, and what three independent witnesses have written down. */
export interface Evidence {
  readonly schedule: Schedule;
  readonly startedAt: number;
  /** The end of the last fault or of the last answer to a person, whichever came later. */
  readonly calmAt: number;
  readonly convergedAt: number | undefined;
  /** What was still not as it should be when the wait ended. */
  readonly missing: readonly string[];
  readonly mutations: readonly Mutation[];
  readonly commits: readonly PushedCommit[];
  readonly writes: readonly ClusterWrite[];
  readonly transitions: readonly Transition[];
  readonly tombstones: readonly Tombstone[];
  readonly releases: readonly ReleaseRow[];
  readonly audit: readonly AuditRow[];
  readonly lookUps: readonly LookUp[];
  /** Until when the witnesses were heard. */
  readonly endedAt: number;
  readonly hubStarts: number;
}

export interface Violation {
  readonly rule: string;
  readonly text: string;
}
