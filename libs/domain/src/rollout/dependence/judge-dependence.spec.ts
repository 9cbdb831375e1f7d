import { clusterId, judgeDependence, type CheckSubject, type ClusterId, type DependenceCluster, type DependenceFacts, type DependenceTarget, type GateSpec } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { idOf } from '../testing/rollout-rows.js';

type Spec = Extract<GateSpec, { kind: 'ROLLOUT' }>;
const SPEC: Spec = { kind: 'ROLLOUT', name: 'queue-first', application: 'queue' };
const NAMED: Spec = { ...SPEC, clusters: { all: true, matchLabels: {}, matchExpressions: [] } };
const QUEUE: NonNullable<DependenceFacts['application']> = { isLeaving: false, newest: 7, troubled: undefined };

const idAt = (name: string): ClusterId => clusterId(String(idOf(name)));
const at = (name: string, target: Partial<DependenceTarget> | undefined, isAway = false): DependenceCluster => ({
  id: idAt(name), name, isAway, target: target && { assigned: 7, isHeld: false, answer: 'HEALTHY', ...target },
});
const facts = (clusters: readonly DependenceCluster[], application: Partial<typeof QUEUE> = {}): DependenceFacts => ({ application: { ...QUEUE, ...application }, clusters });

/** Verdicts of the clusters in order, and what is said first: `PASSED - | message`. */
function judged(spec: Spec, known: DependenceFacts, subjects: readonly string[] = known.clusters.map(({ name }) => name)): string {
  const asked: readonly CheckSubject[] = spec.clusters === undefined ? subjects.map(idOf) : ['HUB'];
  const checks = judgeDependence(spec, asked, known, (subject) => subjects.map(idAt)[asked.indexOf(subject)]);
  expect(checks.map(({ subject }) => subject)).toEqual(asked);
  return `${checks.map(({ verdict }) => verdict ?? '-').join(' ')} | ${checks.find(({ message }) => message !== '')?.message ?? ''}`;
}

describe('a gate that waits for another application on the same clusters', () => {
  it.each<[string, Spec, DependenceFacts, string]>([
    ['everybody has the release and is well', { ...SPEC, release: 7 }, facts([at('a', {}), at('b', {})]), 'PASSED PASSED | '],
    ['a later one will do', { ...SPEC, release: 5 }, facts([at('a', {})]), 'PASSED | '],
    ['one has an older release', { ...SPEC, release: 7 }, facts([at('a', {}), at('b', { assigned: 6 })]), 'PASSED - | it has an older release on b'],
    ['one is assigned it and works on it', SPEC, facts([at('a', { answer: 'RESTLESS' })]), '- | that is release 7, and it is not healthy yet on a'],
    ['one has said nothing of it', SPEC, facts([at('a', { answer: 'SILENT' })]), '- | that is release 7, and it is not healthy yet on a'],
    ['one failed with it', { ...SPEC, release: 7 }, facts([at('a', { answer: 'FAILED' })]), '- | it is not well on a'],
    ['one is held at an older one, well as it is', { ...SPEC, release: 7 }, facts([at('a', { assigned: 6, isHeld: true })]), '- | it is held at an older release on a'],
    ['one is held at the very one', SPEC, facts([at('a', { isHeld: true })]), 'PASSED | '],
    ['clusters where it is not are named', { ...SPEC, release: 7 }, facts([at('a', {}), at('b', undefined), at('c', undefined), at('d', undefined), at('e', undefined)]), 'PASSED - - - - | it is not on b, c, d and 1 more; place it there, or name with `clusters` where it must be'],
    ['each thing that is missing is told', { ...SPEC, release: 7 }, facts([at('a', { assigned: undefined }), at('b', { answer: 'BUSY' }), at('c', { assigned: 6 })]), '- - - | it has an older release on c, it has no release yet on a, it is not healthy yet on b'],
    ['the release is none yet', { ...SPEC, release: 9 }, facts([at('a', {})]), '- | it has an older release on a'],
    ['no such application', SPEC, { application: undefined, clusters: [at('a', undefined)] }, '- | the project has no application queue'],
    ['it is on its way out', SPEC, facts([at('a', {})], { isLeaving: true }), '- | queue is being deleted'],
    ['it has no release yet', SPEC, facts([at('a', { assigned: undefined })], { newest: undefined }), '- | queue has no release yet'],
    ['a rollout takes its release back', { ...SPEC, release: 5 }, facts([at('a', {})], { troubled: { rollout: 4, phase: 'ROLLING_BACK' } }), '- | rollout 4 of queue takes its release back'],
    ['its newest has halted', SPEC, facts([at('a', {})], { troubled: { rollout: 4, phase: 'HALTED' } }), '- | rollout 4 of queue has halted'],
    ['another has halted than the release that is named', { ...SPEC, release: 7 }, facts([at('a', {})], { troubled: { rollout: 4, phase: 'HALTED' } }), 'PASSED | '],
  ])('%s', (_name, spec, known, expected) => {
    expect(judged(spec, known)).toBe(expected);
  });

  it.each<[string, Spec, DependenceFacts, readonly string[]]>([
    ['each cluster by itself', SPEC, facts([at('a', {}), at('b', { assigned: 6 }), at('c', undefined), at('d', { assigned: undefined }), at('e', { answer: 'SILENT' }), at('f', { assigned: 6, isHeld: true })]), [
      'a true: queue has release 7 here and is healthy; awaited is release 7', 'b false: queue has release 6 here and is healthy; awaited is release 7', 'c false: queue is not here; awaited is release 7',
      'd false: queue has no release here yet; awaited is release 7', 'e false: queue has release 7 here and has not answered yet; awaited is release 7', 'f false: queue has release 6 here, where it is held, and is healthy; awaited is release 7',
    ]],
    ['a release that is named', { ...SPEC, release: 5 }, facts([at('a', { assigned: 4, answer: 'FAILED' })]), ['a false: queue has release 4 here and is not well; awaited is release 5 or a later one']],
    ['what keeps all waiting, once', SPEC, facts([at('a', {}), at('b', {})], { troubled: { rollout: 4, phase: 'HALTED' } }), ['- false: rollout 4 of queue has halted']],
    ['the clusters that the gate names', NAMED, facts([at('a', {}), at('b', { answer: 'BUSY' }), at('c', {}, true)]), ['a true: queue has release 7 here and is healthy; awaited is release 7', 'b false: queue has release 7 here and is at work; awaited is release 7']],
  ])('tells what is seen of %s', (_name, spec, known, expected) => {
    const names = known.clusters.map(({ name }) => name);
    const asked: readonly CheckSubject[] = spec.clusters === undefined ? names.map(idOf) : ['HUB'];
    const checks = judgeDependence(spec, asked, known, (subject) => names.map(idAt)[asked.indexOf(subject)]);
    expect(checks.flatMap(({ seen }) => seen ?? []).map(({ cluster, isThere, message }) => `${cluster ?? '-'} ${isThere}: ${message}`)).toEqual(expected);
  });

  it('does not take one cluster for another', () => {
    expect(judged(SPEC, facts([at('a', {})]), ['b'])).toBe('- | ');
  });
});

describe('a gate that waits for another application on clusters that it names', () => {
  it.each<[string, DependenceFacts, string]>([
    ['all have it', facts([at('a', {}), at('b', {})]), 'PASSED | '],
    ['one has not', facts([at('a', {}), at('b', { assigned: 6 })]), '- | that is release 7, and it has an older release on b'],
    ['who is away is left out', facts([at('a', {}), at('b', { assigned: 6 }, true)]), 'PASSED | '],
    ['all are away', facts([at('a', {}, true), at('b', {}, true)]), '- | every cluster that the gate names and queue is on is away: a, b'],
    ['it is on none of them', facts([]), '- | queue is on none of the clusters that the gate names'],
  ])('%s', (_name, known, expected) => {
    expect(judged(NAMED, known)).toBe(expected);
  });
});
