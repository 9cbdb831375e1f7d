import type { Facts } from '../cluster/facts.js';
import type { Labels } from '../cluster/validate-labels.js';
import type { MaintenanceJudgement } from '../maintenance/judge-maintenance.js';
import type { PlacementReason } from '../rollout/resolve-stages.js';
import type { RolloutHurdle } from '../rollout/rollout-hurdle.js';
import type { RolloutCause, RolloutPhase, RolloutTargetState } from '../rollout/rollout.types.js';
import type { Selector } from '../selector/selector.js';
import type { ReasonCode } from '../target/reason-code.js';
import type { ObjectHealth } from '../target/target-report.js';
import type { HealthState, SyncState } from '../target/target-state.js';

/** The links of the chain from a selector to a healthy object, in the order in which they are looked at. */
export const EXPLANATION_STEPS = ['SELECTOR', 'APPLICATION', 'RELEASE', 'HOLD', 'CONNECTION', 'MAINTENANCE', 'ROLLOUT', 'STAGE', 'HURDLE', 'TARGET', 'HEALTH'] as const;

export interface ExplanationStep {
  readonly kind: (typeof EXPLANATION_STEPS)[number];
  /** Whether nothing here keeps the newest release from running well on the cluster. */
  readonly isOk: boolean;
  /** A sentence for people. */
  readonly message: string;
  readonly reason: ReasonCode | undefined;
  /** What to do; undefined where nothing is to be done here. */
  readonly wayOn: string | undefined;
  readonly since: Date | undefined;
  /** When it ends by itself, where that is known. */
  readonly until: Date | undefined;
  /** Of a SELECTOR step that fails: the key of the term. */
  readonly key: string | undefined;
  /** What the cluster has under that key; undefined: nothing. */
  readonly value: string | undefined;
  /** Number of the rollout that it is about. */
  readonly rollout: number | undefined;
  /** Of a HURDLE step: what the rollout waits for. */
  readonly hurdle: RolloutHurdle | undefined;
}

export interface Explanation {
  readonly steps: readonly ExplanationStep[];
  /** What happens next or what to do, and when, where that is known. */
  readonly next: { readonly message: string; readonly at: Date | undefined };
}

export interface KnownRelease {
  readonly number: number;
  readonly commit: string;
  readonly subject: string;
}

/** A target as it is assigned and observed. */
export interface KnownOfTarget {
  readonly isRemoving: boolean;
  /** Number of its release; undefined: none was assigned. */
  readonly assigned: number | undefined;
  readonly assignedAt: Date | undefined;
  readonly hold: { readonly at: Date; readonly by: string; readonly reason: string } | undefined;
  readonly sync: SyncState;
  readonly reason: ReasonCode;
  readonly message: string;
  readonly since: Date;
  /** Whether its agent has reported anything of it. */
  readonly isReported: boolean;
  readonly health: HealthState;
  readonly healthMessage: string;
  readonly unhealthy: readonly ObjectHealth[];
}

/** The newest rollout that the target takes part in. */
export interface KnownOfRollout {
  readonly number: number;
  readonly cause: RolloutCause;
  readonly phase: RolloutPhase;
  readonly reason: string | undefined;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly stage: string;
  readonly placement: PlacementReason | undefined;
  readonly state: RolloutTargetState;
  readonly stateReason: ReasonCode | undefined;
  /** A person sent it ahead of its stage. It goes now, or that is used up: by its order, or as it could not be sent. */
  readonly named: { readonly by: string; readonly reason: string; readonly isUsedUp: boolean } | undefined;
  readonly hurdles: readonly RolloutHurdle[];
  /** Gates of its stage and those before it that found nobody to ask, each as a sentence. */
  readonly skippedGates: readonly string[];
}

/** What the hub knows of an application and a cluster. */
export interface KnownToExplain {
  readonly application: { readonly name: string; readonly isDeleting: boolean; readonly selector: Selector; readonly reason: ReasonCode | undefined; readonly message: string | undefined };
  readonly cluster: {
    readonly name: string;
    readonly isLeaving: boolean;
    readonly labels: Labels;
    /** undefined: it has not reported any yet. */
    readonly facts: Facts | undefined;
    readonly isConnected: boolean;
    readonly lastSeenAt: Date | undefined;
  };
  readonly newest: KnownRelease | undefined;
  /** undefined: there is none, or it is gone. */
  readonly target: KnownOfTarget | undefined;
  readonly rollout: KnownOfRollout | undefined;
  /** What the maintenance windows of the project say of the cluster; undefined: none holds for it. */
  readonly maintenance?: { readonly windows: readonly string[]; readonly judgement: MaintenanceJudgement } | undefined;
}
