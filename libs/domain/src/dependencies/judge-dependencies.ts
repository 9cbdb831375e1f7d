import type { HealthState, SyncState } from '../target/target-state.js';

/** What an agent knows of an application that another one needs, on its cluster. */
export interface DependencyState {
  /** An order to run it; false: it is on its way out. */
  readonly isAssigned: boolean;
  /** The release that its order names is applied whole. */
  readonly isApplied: boolean;
  readonly sync: SyncState;
  readonly health: HealthState;
  /** Why it is not healthy, for people. */
  readonly message: string;
}

/**
 * What has to be waited for before a release may be applied, one sentence for each; empty when everything is healthy with what it was told
 * to run. An application that is not on this cluster is waited for: that it is missing may be a matter of moments, or a mistake to see. Pure.
 *
 * @param stateOf undefined: this cluster has no order for it
 */
export function missingDependencies(names: readonly string[], stateOf: (name: string) => DependencyState | undefined): readonly string[] {
  return names.flatMap((name) => missing(name, stateOf(name)) ?? []);
}

function missing(name: string, state: DependencyState | undefined): string | undefined {
  if (state === undefined) return `${name} is not assigned to this cluster`;
  if (!state.isAssigned) return `${name} is being removed from this cluster`;
  if (!state.isApplied) return `${name} is not applied yet (${state.sync})`;
  if (state.health !== 'HEALTHY') return `${name} is ${state.health}${state.message === '' ? '' : `: ${state.message.slice(0, 200)}`}`;
  return undefined;
}
