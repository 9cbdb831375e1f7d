/** A cluster of the fleet: everything that selectors and parameters of the story look at. */
export interface FleetCluster {
  readonly name: string;
  readonly labels: Readonly<Record<'tier' | 'region' | 'group' | 'flaw', string>>;
}

/** An application of the story, with a repository and a namespace of its own name. Its content is two ConfigMaps, of which every release has the first. */
export interface FleetApplication {
  readonly name: string;
  /** Where a flawed release cannot be applied its objects are named by the label of the same name, and this is no name. */
  readonly canBeFlawed: boolean;
  readonly selector: object;
  /** Absent: what applications get that say nothing. */
  readonly strategy: object | undefined;
}

/** No name of an object: what a flawed release would make of it is refused by the API server. */
export const FLAW = 'Not_A_Name';
const REGIONS = ['eu', 'us', 'ap'] as const;
const CANARY = { matchLabels: { tier: 'canary' } };
const REST = { all: true };

/** One cluster in twenty is a canary, every third of each region is in group b, and one in ten meets every flaw. */
export function planFleet(clusters: number): readonly FleetCluster[] {
  return Array.from({ length: clusters }, (_, index) => ({
    name: `c${String(index).padStart(3, '0')}`,
    labels: { tier: index % 20 === 0 ? 'canary' : 'prod', region: REGIONS[index % 3] ?? 'eu', group: 'abc'.charAt(Math.floor(index / 3) % 3), flaw: index % 10 === 7 ? FLAW : 'fine' },
  }));
}

/** Four applications, each with another strategy: what replaces, what waits for people, what rolls itself back, and what everybody gets who says nothing. */
export const APPLICATIONS: readonly FleetApplication[] = [
  {
    name: 'web', canBeFlawed: false, selector: { all: true },
    strategy: {
      kind: 'STAGED', newerRelease: 'REPLACE', onFailure: 'HALT',
      stages: [{ name: 'canary', selector: CANARY, soak: '1s' }, { name: 'europe', selector: { matchLabels: { region: 'eu' } }, maxConcurrency: '25%', failureBudget: 1 }, { name: 'rest', selector: REST, maxConcurrency: 15 }],
    },
  },
  {
    name: 'pay', canBeFlawed: false, selector: { matchExpressions: [{ key: 'group', operator: 'In', values: ['a', 'b'] }] },
    strategy: { kind: 'STAGED', newerRelease: 'WAIT', stages: [{ name: 'canary', selector: CANARY, soak: '2s' }, { name: 'rest', selector: REST, maxConcurrency: '30%', before: [{ name: 'go', approval: {} }] }] },
  },
  {
    name: 'shop', canBeFlawed: true, selector: { matchExpressions: [{ key: 'group', operator: 'In', values: ['b', 'c'] }] },
    strategy: {
      kind: 'STAGED', onFailure: 'ROLLBACK',
      stages: [{ name: 'first', selector: REST, limit: 3, soak: '1s' }, { name: 'most', selector: REST, maxConcurrency: 10, failureBudget: 1, order: { by: 'SPREAD', label: 'region' } }],
    },
  },
  { name: 'base', canBeFlawed: false, selector: { matchLabels: { group: 'c' } }, strategy: undefined },
];

/** Where content lies in its repository. */
export const PATH = 'app';

/** The files of a commit. */
export function filesOf(number: number, isFlawed: boolean): Readonly<Record<string, string>> {
  const suffix = isFlawed ? '-${flaw}' : '';
  return { [`${PATH}/content.yaml`]: `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "content" }\ndata: { value: "${valueOf(number)}" }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: "extra${suffix}" }\ndata: { value: "${valueOf(number)}" }\n` };
}

/** What the ConfigMap of a release says. */
export function valueOf(number: number): string {
  return `v${number}`;
}
