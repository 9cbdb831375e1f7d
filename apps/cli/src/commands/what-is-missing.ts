import { plural } from '../output/plural.js';

export const GOALS = ['synced', 'healthy', 'deleted'] as const;
export type Goal = (typeof GOALS)[number];

/** What `wait` looks at, as the hub sends it. */
export interface WaitObservation {
  readonly reason: string | null;
  readonly message: string | null;
  readonly currentRelease: { readonly number: number; readonly commit: string } | null;
  readonly activeRollout: { readonly number: number; readonly state: string } | null;
  readonly targetCounts: { readonly total: number; readonly synced: number; readonly healthy: number };
  readonly targets: { readonly edges: readonly { readonly node: WaitTarget }[] };
}
interface WaitTarget {
  readonly name: string;
  readonly sync: string;
  readonly health: string;
  readonly reason: string;
  readonly message: string | null;
}

const NAMED_TARGETS = 3;

/**
 * What still keeps the goal from being true, or undefined when it is. Pure.
 *
 * @param commit first digits of the commit that the current release must have; undefined: whichever it is
 */
export function whatIsMissing(application: WaitObservation | null, goal: Goal, commit?: string): string | undefined {
  if (goal === 'deleted') return application === null ? undefined : `${plural(application.targetCounts.total, 'target')} left`;
  if (application === null) return 'it does not exist';
  const { currentRelease, activeRollout, targetCounts } = application;
  const held = application.reason === null ? '' : `${application.reason}: ${application.message ?? ''}`;
  if (currentRelease === null) return held || 'it has no release yet';
  if (commit !== undefined && !currentRelease.commit.startsWith(commit)) return held || `its release is of ${currentRelease.commit.slice(0, 12)}`;

  const { total, synced, healthy } = targetCounts;
  if (synced < total || (goal === 'healthy' && healthy < total)) {
    const counts = goal === 'synced' ? `${synced}/${total} synced` : `${synced}/${total} synced, ${healthy}/${total} healthy`;
    return [counts, ...laggards(application, goal)].join('; ');
  }
  if (activeRollout !== null) return `rollout ${activeRollout.number} is ${activeRollout.state}`;
  return total === 0 ? 'its selector matches no cluster' : undefined;
}

function laggards(application: WaitObservation, goal: Goal): readonly string[] {
  return application.targets.edges
    .map((edge) => edge.node)
    .filter((target) => target.sync !== 'SYNCED' || (goal === 'healthy' && target.health !== 'HEALTHY'))
    .slice(0, NAMED_TARGETS)
    .map((target) => `${target.name} is ${target.sync}/${target.health} (${[target.reason, target.message ?? ''].filter((part) => part !== '').join(': ')})`);
}
