import { until } from '#testing';
import { capstanCommand } from '../../stage/capstan-command.js';
import type { Stage } from '../cast/stage.js';
import { failIfOver } from './watch-target.js';

export interface RolloutView {
  readonly state: string;
  readonly reason: string | null;
  readonly release: { readonly commit: string };
  readonly hurdles: readonly { readonly kind: string; readonly message: string }[];
  readonly targets: readonly { readonly state: string; readonly target: { readonly cluster: { readonly name: string } } }[];
}

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

/** Why a target is as it is: what the command line prints. @throws with what it complains of */
export async function explanationOf({ root, hub }: Stage, target: string): Promise<string> {
  const { exitCode, stdout, stderr } = await capstanCommand(root, { CAPSTAN_SERVER: hub.api.url, CAPSTAN_TOKEN: hub.api.token }, ['explain', target]);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}

/** State of each cluster, by name. */
export function statesIn({ targets }: RolloutView): Readonly<Record<string, string>> {
  return Object.fromEntries(targets.map(({ state, target }) => [target.cluster.name, state] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
