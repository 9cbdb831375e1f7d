import { until } from '#testing';
import type { Stage } from './stage.js';

export interface TargetView {
  readonly name: string;
  readonly sync: string;
  readonly health: string;
  readonly reason: string;
  readonly message: string;
  readonly advice: string;
  /** Of the order it is to follow. */
  readonly generation: string;
  readonly cluster: { readonly name: string };
  readonly assigned: { readonly release: { readonly number: number; readonly commit: string } } | null;
  readonly observed: {
    readonly commit: string | null;
    readonly objectCount: number;
    readonly healedCount: number;
    readonly unhealthy: readonly { readonly object: { readonly kind: string; readonly name: string }; readonly message: string }[];
    readonly drift: readonly {
      readonly object: { readonly kind: string; readonly name: string }; readonly kind: string; readonly managers: readonly string[]; readonly fields: readonly string[]; readonly healedAt: string | null;
      readonly changes: readonly { readonly path: string; readonly manager: string | null; readonly expected: string | null; readonly live: string | null; readonly isMasked: boolean }[];
    }[];
    readonly pendingRemoval: { readonly digest: string; readonly total: number; readonly objects: readonly { readonly kind: string; readonly name: string }[] } | null;
  };
}

const TARGETS = `query Targets($application: String, $cluster: String) { targets(application: $application, cluster: $cluster, first: 200) { edges { node {
  name sync health reason message advice generation cluster { name } assigned { release { number commit } }
  observed { commit objectCount healedCount unhealthy { object { kind name } message } drift { object { kind name } kind managers fields healedAt changes { path manager expected live isMasked } } pendingRemoval { digest total objects { kind name } } } } } } }`;
const DEADLINE_MS = 60_000;

export async function targetsOf(stage: Stage, application?: string, cluster?: string): Promise<readonly TargetView[]> {
  const data = await stage.api.query<{ readonly targets: { readonly edges: readonly { readonly node: TargetView }[] } }>(TARGETS, { application, cluster });
  return data.targets.edges.map((edge) => edge.node);
}

/** Waits until the application's target on a cluster is as wanted. @throws with what it was instead. */
export async function untilTarget(stage: Stage, application: string, cluster: string, what: string, isSo: (target: TargetView) => boolean, deadlineMs = DEADLINE_MS): Promise<TargetView> {
  let last: TargetView | undefined;
  return until(
    `${application}@${cluster} ${what}`,
    deadlineMs,
    async () => {
      [last] = await targetsOf(stage, application, cluster);
      return last !== undefined && isSo(last) ? last : undefined;
    },
    () => `; it is ${JSON.stringify(last)}`,
  );
}

/** Runs exactly this commit, and all of it works. */
export const runs = (commit: string) => (target: TargetView): boolean =>
  target.sync === 'SYNCED' && target.health === 'HEALTHY' && target.assigned?.release.commit === commit && target.observed.commit === commit;

export function untilRuns(stage: Stage, application: string, cluster: string, commit: string, deadlineMs = DEADLINE_MS): Promise<TargetView> {
  return untilTarget(stage, application, cluster, `runs ${commit.slice(0, 8)}`, runs(commit), deadlineMs);
}
