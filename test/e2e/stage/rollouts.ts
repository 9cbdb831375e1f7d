import { until } from '#testing';
import type { Stage } from './stage.js';

export interface RolloutView {
  readonly id: string;
  readonly number: number;
  readonly state: string;
  readonly cause: string;
  readonly reason: string | null;
  readonly release: { readonly commit: string };
  readonly hurdles: readonly { readonly kind: string; readonly message: string }[];
  readonly stages: readonly { readonly name: string; readonly state: string; readonly gates: readonly { readonly name: string; readonly state: string }[] }[];
  readonly targets: readonly { readonly state: string; readonly reason: string | null; readonly target: { readonly cluster: { readonly name: string } } }[];
}

const ROLLOUTS = `query Rollouts($application: String!) { rollouts(application: $application, first: 20) { edges { node { id number state cause reason release { commit } hurdles { kind message }
  stages { name state gates { name state } } targets { state reason target { cluster { name } } } } } } }`;

/** Newest first. */
export async function rolloutsOf(stage: Stage, application: string): Promise<readonly RolloutView[]> {
  const { rollouts } = await stage.api.query<{ readonly rollouts: { readonly edges: readonly { readonly node: RolloutView }[] } }>(ROLLOUTS, { application });
  return rollouts.edges.map(({ node }) => node);
}

/** Waits until the newest rollout of an application is as wanted. @throws with what it was instead */
export async function untilRollout(stage: Stage, application: string, what: string, isSo: (rollout: RolloutView) => boolean, deadlineMs = 60_000): Promise<RolloutView> {
  let last: RolloutView | undefined;
  return until(
    `the newest rollout of ${application} ${what}`,
    deadlineMs,
    async () => {
      [last] = await rolloutsOf(stage, application);
      return last !== undefined && isSo(last) ? last : undefined;
    },
    () => `; it is ${JSON.stringify(last)}`,
  );
}

/** State of each cluster in a rollout: `{ prod: 'SKIPPED HELD' }`. */
export function statesIn({ targets }: RolloutView): Readonly<Record<string, string>> {
  return Object.fromEntries(targets.map(({ state, reason, target }) => [target.cluster.name, state === 'SKIPPED' || state === 'FAILED' ? `${state} ${reason ?? ''}` : state]));
}
