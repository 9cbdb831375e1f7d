import { CLUSTERS, type Content } from '../plan/schedule.js';
import type { ClusterWrite, Evidence, Mutation, Transition } from './evidence.js';

/** Content of a name and value for each object. */
export function aContent(values: Readonly<Record<string, string>>): Content {
  return { values, image: undefined, isBroken: false };
}

export function aWrite(over: Partial<ClusterWrite> = {}): ClusterWrite {
  const at = over.at ?? 5_000;
  return { cluster: 'alpha', verb: 'patch', resource: 'configmaps', namespace: 'web', name: 'marker', at, answeredAt: at + 5, isByAgent: true, data: undefined, hasUid: false, ...over };
}

export function aDelete(name: string, over: Partial<ClusterWrite> = {}): ClusterWrite {
  return aWrite({ verb: 'delete', name, hasUid: true, ...over });
}

export function aTransition(commit: string, at: number, generation: number, over: Partial<Transition> = {}): Transition {
  return { application: 'web', cluster: 'alpha', at, kind: 'ASSIGNED', commit, generation, ...over };
}

export function aMutation(name: string, over: Partial<Mutation> = {}): Mutation {
  const answer = { userErrors: [], clientMutationId: name };
  return { name, application: 'web', input: {}, key: name, sentAt: 1_000, answeredAt: 1_100, attempts: 1, answer, secondAnswer: answer, refusals: [], ...over };
}

/** A schedule of one application and two commits that went well on both clusters. */
export function anEvidence(over: Partial<Evidence> = {}): Evidence {
  const first = aContent({ marker: 'v1', gone: 'v1', a: 'v1', b: 'v1', c: 'v1' });
  const second = aContent({ marker: 'v2', a: 'v1', b: 'v1', c: 'v1' });
  return {
    schedule: { seed: 1, applications: [{ name: 'web', createdAtMs: undefined, first }], steps: [] },
    startedAt: 1_000, calmAt: 20_000, convergedAt: 22_000, missing: [], endedAt: 25_000, hubStarts: 0,
    mutations: [aMutation('createApplication')],
    commits: [{ application: 'web', id: 'c1', content: first, at: 1_000 }, { application: 'web', id: 'c2', content: second, at: 4_000 }],
    transitions: CLUSTERS.flatMap((cluster) => [aTransition('c1', 2_000, 1, { cluster }), aTransition('c2', 4_500, 2, { cluster })]),
    writes: CLUSTERS.flatMap((cluster) => [
      aWrite({ cluster, resource: 'namespaces', namespace: 'web', name: 'web', at: 2_100 }), aWrite({ cluster, at: 2_200, data: { value: 'v1' } }),
      aWrite({ cluster, at: 4_700, data: { value: 'v2' } }), aDelete('gone', { cluster, at: 4_800 }),
    ]),
    tombstones: [],
    releases: [{ application: 'web', number: 1, commit: 'c1' }, { application: 'web', number: 2, commit: 'c2' }],
    audit: [{ action: 'createApplication', subject: 'web', outcome: 'SUCCEEDED' }],
    lookUps: Array.from({ length: 24 }, (_, second_) => ({ repository: 'web', at: 1_000 * (second_ + 1) })),
    ...over,
  };
}
