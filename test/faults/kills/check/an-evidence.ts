import type { Mutation } from '../../check/evidence.js';
import type { AgentAnswer, AuditRecord, KillEvidence, RolloutTargetRecord, StageRecord, TakenOrder, TargetTransition } from './kill-evidence.js';

/** Clusters a and b; a is the canary. */
export const CLUSTERS = ['a', 'b'] as const;
type Cluster = (typeof CLUSTERS)[number];

export function aTransition(cluster: Cluster, at: number, kind: string, over: Partial<TargetTransition> = {}): TargetTransition {
  return { target: `t-${cluster}`, at, kind, release: undefined, generation: 1, reason: undefined, message: undefined, transaction: `x${at}`, ...over };
}

export function anOrder(cluster: Cluster, at: number, generation: number, release: string, over: Partial<TargetTransition> = {}): TargetTransition {
  return aTransition(cluster, at, 'ASSIGNED', { generation, release, ...over });
}

export function aMark(cluster: Cluster, at: number, generation: number, state: string): TargetTransition {
  return aTransition(cluster, at, 'ROLLOUT', { generation, message: state });
}

export function assigning(rollout: string, at: number): AuditRecord {
  return { action: 'planner.assign', object: rollout, outcome: 'SUCCEEDED', at, transaction: `x${at}` };
}

export function anAudit(action: string, object: string, at: number): AuditRecord {
  return { action, object, outcome: 'SUCCEEDED', at, transaction: `x${at}` };
}

export function aTaken(cluster: Cluster, at: number, generation: number, release: string): TakenOrder {
  return { cluster, target: `t-${cluster}`, at, generation, release };
}

export function anAnswer(cluster: Cluster, at: number, generation: number, sync = 'SYNCED', health = 'HEALTHY'): AgentAnswer {
  return { cluster, target: `t-${cluster}`, at, generation, sync, health };
}

export function aStage(rollout: string, name: string, ordinal: number, openedAt: number | undefined, closedAt: number | undefined, over: Partial<StageRecord> = {}): StageRecord {
  return { rollout, name, ordinal, state: closedAt === undefined ? 'OPEN' : 'CLOSED', maxConcurrency: 1, failureBudget: 0, openedAt, closedAt, ...over };
}

export function aRow(rollout: string, cluster: Cluster, state: string, generation: number, over: Partial<RolloutTargetRecord> = {}): RolloutTargetRecord {
  return { rollout, target: `t-${cluster}`, stage: cluster === 'a' ? 'canary' : 'rest', state, reason: undefined, generation, from: rollout === 'o2' ? 'r1' : undefined, to: rollout === 'o2' ? 'r2' : 'r1', ...over };
}

export function aMutation(name: string, over: Partial<Mutation> = {}): Mutation {
  const answer = { userErrors: [], clientMutationId: name };
  return { name, application: 'web', input: {}, key: name, sentAt: 0, answeredAt: 1, attempts: 1, answer, secondAnswer: answer, refusals: [], ...over };
}

/** Two releases that went well over both clusters, the canary first. */
export function anEvidence(over: Partial<KillEvidence> = {}): KillEvidence {
  const of = (from: number, first: number, rollout: string, release: string, value: string): Pick<KillEvidence, 'transitions' | 'stages' | 'rolloutTargets' | 'audit' | 'taken' | 'answers' | 'sightings'> => ({
    transitions: [anOrder('a', from + 100, first, release), aMark('a', from + 300, first, 'HEALTHY'), anOrder('b', from + 500, first, release), aMark('b', from + 700, first, 'HEALTHY')],
    stages: [aStage(rollout, 'canary', 0, from + 50, from + 350), aStage(rollout, 'rest', 1, from + 400, from + 750)],
    rolloutTargets: [aRow(rollout, 'a', 'HEALTHY', first), aRow(rollout, 'b', 'HEALTHY', first)],
    audit: [assigning(rollout, from + 100), assigning(rollout, from + 500)],
    taken: [aTaken('a', from + 120, first, release), aTaken('b', from + 520, first, release)],
    answers: [anAnswer('a', from + 250, first), anAnswer('b', from + 650, first)],
    sightings: [{ cluster: 'a', application: 'web', name: 'content', at: from + 200, value }, { cluster: 'b', application: 'web', name: 'content', at: from + 600, value }],
  });
  const [one, two] = [of(0, 1, 'o1', 'r1', 'v1'), of(10_000, 2, 'o2', 'r2', 'v2')];
  return {
    commits: [{ application: 'web', id: 'c1', number: 1, isFlawed: false, at: 0 }, { application: 'web', id: 'c2', number: 2, isFlawed: false, at: 9_000 }],
    releases: { r1: 'c1', r2: 'c2' },
    transitions: [...one.transitions, ...two.transitions],
    rollouts: [{ id: 'o1', application: 'web', number: 1, cause: 'RELEASE', state: 'SUCCEEDED', release: 'r1' }, { id: 'o2', application: 'web', number: 2, cause: 'RELEASE', state: 'SUCCEEDED', release: 'r2' }],
    stages: [...one.stages, ...two.stages],
    rolloutTargets: [...one.rolloutTargets, ...two.rolloutTargets],
    targets: CLUSTERS.map((cluster) => ({ id: `t-${cluster}`, application: 'web', cluster, state: 'ACTIVE', release: 'r2', generation: 2 })),
    audit: [anAudit('createApplication', 'web', 1), ...one.audit, ...two.audit],
    mutations: [aMutation('createApplication')],
    taken: [...one.taken, ...two.taken], answers: [...one.answers, ...two.answers], refused: [],
    sightings: [...one.sightings, ...two.sightings],
    writes: { 'a web/content': 2, 'b web/content': 2 },
    missing: [],
    ...over,
  };
}
