import type { ClusterId } from '../../ids.js';
import type { ReportVerdict } from '../judge-report.js';

/** What is known of the application that a gate waits for; release and rollout by their numbers. */
export interface DependenceApplication {
  readonly isLeaving: boolean;
  /**
   * The newest release that somebody, or its policy, let run: the one that it has, or that of a rollout that is under way or next in line. One that
   * waits for `syncApplication` is none yet. undefined: it has none.
   */
  readonly newest: number | undefined;
  /** A rollout of it that goes back, or that has halted. */
  readonly troubled: { readonly rollout: number; readonly phase: 'ROLLING_BACK' | 'HALTED' } | undefined;
}

/** What is known of it on one cluster. */
export interface DependenceCluster {
  readonly id: ClusterId;
  readonly name: string;
  readonly isAway: boolean;
  /** undefined: it has no target there, or one on its way out. */
  readonly target: DependenceTarget | undefined;
}

export interface DependenceTarget {
  /** undefined: it has been assigned nothing yet. */
  readonly assigned: number | undefined;
  readonly isHeld: boolean;
  /** What its agent last said of just that order. */
  readonly answer: ReportVerdict['answer'];
}

/** Everything that a gate of the kind ROLLOUT is judged by, read in one transaction. */
export interface DependenceFacts {
  /** undefined: the project has no application of that name. */
  readonly application: DependenceApplication | undefined;
  /** The clusters of the targets that are asked about, or those that the gate names, of these the ones where the application is. */
  readonly clusters: readonly DependenceCluster[];
}
