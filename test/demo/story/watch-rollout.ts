import { until } from '#testing';
import type { Stage } from '../cast/stage.js';
import { failIfOver } from './watch-target.js';

export interface RolloutView {
  readonly state: string;
  readonly reason: string | null;
  readonly release: { readonly commit: string };
  readonly hurdles: readonly { readonly kind: string; readonly message: string }[];
  readonly targets: readonly { readonly state: string; readonly target: { readonly cluster: { readonly name: string } } }[];
}

export interface Explanation {
  readonly steps: readonly { readonly kind: string; readonly isOk: boolean; readonly message: string }[];
  readonly next: { readonly message: string };
}

const EXPLAIN = 'query Explain($application: String!, $cluster: String!) { explain(application: $application, cluster: $cluster) { steps { kind isOk message } next { message } } }';
const NEWEST = 'query Newest($application: String!) { rollouts(application: $application, first: 1) { edges { node { state reason release { commit } hurdles { kind message } targets { state target { cluster { name } } } } } } }';

/** Waits until the rollout of a commit is what the story says. @throws with what it was instead */
export async function untilRollout(stage: Stage, application: string, commit: string, what: string, isSo: (rollout: RolloutView) => boolean): Promise<RolloutView> {
  let last: RolloutView | undefined;
  return until(
    `the rollout of ${commit.slice(0, 8)} ${what}`,
    stage.patienceMs,
    async () => {
      await failIfOver(stage);
      const { rollouts } = await stage.hub.api.query<{ readonly rollouts: { readonly edges: readonly { readonly node: RolloutView }[] } }>(NEWEST, { application });
      last = rollouts.edges[0]?.node;
      return last?.release.commit === commit && isSo(last) ? last : undefined;
    },
    () => `; it is ${JSON.stringify(last)}`,
  );
}

/** Why the target of a cluster is as it is. */
export async function explain(stage: Stage, application: string, cluster: string): Promise<Explanation> {
  const { explain: found } = await stage.hub.api.query<{ readonly explain: Explanation | null }>(EXPLAIN, { application, cluster });
  if (found === null) throw new Error(`there is no ${application}@${cluster}`);
  return found;
}

/** State of each cluster, by name. */
export function statesIn({ targets }: RolloutView): Readonly<Record<string, string>> {
  return Object.fromEntries(targets.map(({ state, target }) => [target.cluster.name, state] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
