import { until } from '#testing';
import type { Stage } from '../cast/stage.js';

export interface TargetView {
  readonly name: string;
  readonly sync: string;
  readonly health: string;
  readonly reason: string;
  readonly message: string;
  readonly cluster: { readonly name: string };
  readonly assigned: { readonly release: { readonly number: number; readonly commit: string } } | null;
  readonly observed: {
    readonly commit: string | null;
    readonly objectCount: number;
    readonly healedCount: number;
    readonly drift: readonly { readonly object: { readonly kind: string; readonly name: string }; readonly managers: readonly string[]; readonly fields: readonly string[] }[];
  };
}

const TARGETS = `query Targets($application: String) { targets(application: $application, first: 100) { edges { node {
  name sync health reason message cluster { name } assigned { release { number commit } }
  observed { commit objectCount healedCount drift { object { kind name } managers fields } } } } } }`;

export async function targetsOf(stage: Stage, application?: string): Promise<readonly TargetView[]> {
  const data = await stage.hub.api.query<{ readonly targets: { readonly edges: readonly { readonly node: TargetView }[] } }>(TARGETS, { application });
  return data.targets.edges.map((edge) => edge.node);
}

/** @throws when waiting on is no use: somebody wants to stop, or an agent has ended */
export async function failIfOver(stage: Stage): Promise<void> {
  stage.signal.throwIfAborted();
  const dead = stage.clusters.find((cluster) => cluster.agent.hasEnded);
  if (dead !== undefined) throw new Error(await dead.agent.lastWords());
}

/** Waits until the application's targets are what the story says. @throws with what they were instead. */
export async function untilTargets(stage: Stage, application: string | undefined, what: string, isSo: (targets: readonly TargetView[]) => boolean): Promise<readonly TargetView[]> {
  let last: readonly TargetView[] = [];
  const explain = (): string => `\n${last.map((t) => `${t.name} ${t.sync}/${t.health} ${t.reason} ${t.message}`).join('\n')}`;
  return until(
    what,
    stage.patienceMs,
    async () => {
      await failIfOver(stage);
      last = await targetsOf(stage, application);
      return isSo(last) ? last : undefined;
    },
    explain,
  );
}

export const isSyncedTo = (commit: string) => (t: TargetView): boolean => t.sync === 'SYNCED' && t.health === 'HEALTHY' && t.assigned?.release.commit === commit;
