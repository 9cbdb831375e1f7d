import type { KubeObject } from '../object/kube-object.js';
import type { HealthState } from '../target/target-state.js';

/** Whether one object, or one target, works. The message is for people: at most 300 characters, never a secret. */
export interface Health {
  readonly health: HealthState;
  readonly message: string;
}

/** Judges objects of one kind that exist, are not being deleted and were seen by their controller. Pure: `now` comes from outside. */
export type KindRule = (object: KubeObject, now: Date) => Health;

/** What a rule can say of an object that exists. */
export type Outcome = 'HEALTHY' | 'PROGRESSING' | 'DEGRADED' | 'SUSPENDED';

/** A rule and what it is for: the table that objects are dispatched by, and that the documentation is made from. */
export interface KindRules {
  readonly group: string;
  readonly kinds: readonly string[];
  readonly judge: KindRule;
  /** Everything that the rule can say beside what holds for every kind, and when. */
  readonly outcomes: Readonly<Partial<Record<Outcome, string>>>;
}

export const healthy = (message: string): Health => ({ health: 'HEALTHY', message });
export const progressing = (message: string): Health => ({ health: 'PROGRESSING', message });
export const degraded = (message: string): Health => ({ health: 'DEGRADED', message });
export const suspended = (message: string): Health => ({ health: 'SUSPENDED', message });
