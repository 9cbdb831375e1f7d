import { CLUSTERS, type Action, type ClusterName, type Content, type Schedule } from '../plan/schedule.js';

export const FIRST_TIER = 'tier-0';
export const FIRST_SIZE = 'size-0';

/** What must be true of one application once the weather is over. */
export interface ExpectedApplication {
  readonly name: string;
  readonly head: Content;
  readonly deleted: 'DELETE' | 'ORPHAN' | undefined;
  readonly size: string;
  readonly clusters: ReadonlyMap<ClusterName, { readonly isMatched: boolean; readonly tier: string }>;
}

/** Pure: people repeat what was not answered until it is, so that the end depends on what they wanted alone. */
export function expectedEnd({ applications, steps }: Schedule): readonly ExpectedApplication[] {
  return applications.map(({ name, first }) => {
    const start: ExpectedApplication = { name, head: first, deleted: undefined, size: FIRST_SIZE, clusters: new Map(CLUSTERS.map((cluster) => [cluster, { isMatched: true, tier: FIRST_TIER }])) };
    return steps.flatMap((step) => ('action' in step && step.action.application === name ? [step.action] : [])).reduce(after, start);
  });
}

function after(state: ExpectedApplication, action: Action): ExpectedApplication {
  switch (action.kind) {
    case 'commit': case 'rewrite': return { ...state, head: action.content };
    case 'parameters': return { ...state, size: action.size };
    case 'delete': return { ...state, deleted: action.mode };
    case 'tier': return { ...state, clusters: changed(state, action.cluster, { tier: action.tier }) };
    case 'match': return { ...state, clusters: changed(state, action.cluster, { isMatched: action.isMatched }) };
    default: return state;
  }
}

function changed({ clusters }: ExpectedApplication, cluster: ClusterName, change: { readonly tier?: string; readonly isMatched?: boolean }): ExpectedApplication['clusters'] {
  const before = clusters.get(cluster) ?? { isMatched: true, tier: FIRST_TIER };
  return new Map(clusters).set(cluster, { ...before, ...change });
}
