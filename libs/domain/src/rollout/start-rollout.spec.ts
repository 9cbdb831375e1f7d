import { DEFAULT_STRATEGY, startRollout, type GateSpec, type RolloutCause, type RolloutStrategy, type RolloutToStart, type StagedStrategy, type StageSpec, type TargetToRoll } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { aReleaseId, idOf } from './testing/rollout-rows.js';

const a = idOf('a');
const b = idOf('b');
const target = (name: string, rest: Partial<TargetToRoll> = {}): TargetToRoll => ({ id: idOf(name), cluster: name, labels: {}, facts: undefined, isOnline: true, comesFrom: aReleaseId(1), ...rest });
const input: RolloutToStart = { release: aReleaseId(9), cause: 'RELEASE', strategy: { kind: 'ALL_AT_ONCE' }, automated: true, targets: [target('b'), target('a', { comesFrom: undefined })], rollouts: [] };
const [plain] = DEFAULT_STRATEGY.stages;
const staged = (stage: Partial<StageSpec>): StagedStrategy => ({ ...DEFAULT_STRATEGY, stages: [{ ...(plain as StageSpec), name: 'only', limit: '100%', ...stage }] });
const seven = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => target(name));

describe('startRollout', () => {
  it('puts every target into the one stage, with where it comes from', () => {
    expect(startRollout(input)).toEqual({
      release: aReleaseId(9),
      cause: 'RELEASE',
      phase: 'RUNNING',
      waitsFor: undefined,
      onFailure: 'HALT',
      offlineWaitMs: undefined,
      stages: [{ name: 'all', position: 0, state: 'PENDING', maxConcurrency: 'UNLIMITED', failureBudget: 'UNLIMITED', deadlineMs: undefined, soakMs: 0, settledAt: undefined, isPromoted: false, gates: [] }],
      targets: [
        { id: a, stage: 'all', placement: 'MATCHED', fromRelease: undefined, toRelease: aReleaseId(9) },
        { id: b, stage: 'all', placement: 'MATCHED', fromRelease: aReleaseId(1), toRelease: aReleaseId(9) },
      ],
      supersedes: [],
    });
  });

  it('goes through a canary, a fifth and the rest where nothing was said', () => {
    const { stages, targets, onFailure, offlineWaitMs } = startRollout({ ...input, strategy: DEFAULT_STRATEGY, targets: seven });
    expect(stages.map(({ name, position, failureBudget, deadlineMs }) => [name, position, failureBudget, deadlineMs])).toEqual([['canary', 0, 0, 600_000], ['early', 1, 0, 600_000], ['rest', 2, 0, 600_000]]);
    expect(targets.map(({ stage }) => stage)).toEqual(['canary', 'early', 'early', 'rest', 'rest', 'rest', 'rest']);
    expect([onFailure, offlineWaitMs]).toEqual(['HALT', 0]);
  });

  it.each<[string, Partial<StageSpec>, number | 'UNLIMITED', number]>([
    ['nothing is said of it', {}, 'UNLIMITED', 0],
    ['numbers stay what they are', { maxConcurrency: 3, failureBudget: 2 }, 3, 2],
    ['concurrency is rounded up, failures down', { maxConcurrency: '30%', failureBudget: '30%' }, 3, 2],
    ['a share of less than one still moves, and forgives none', { maxConcurrency: '1%', failureBudget: '1%' }, 1, 0],
    ['all of it', { maxConcurrency: '100%', failureBudget: '100%' }, 7, 7],
  ])('counts shares of the targets of a stage: %s', (_name, spec, maxConcurrency, failureBudget) => {
    expect(startRollout({ ...input, strategy: staged(spec), targets: seven }).stages).toMatchObject([{ maxConcurrency, failureBudget }]);
  });

  it('lets late ones into an empty stage one at a time', () => {
    expect(startRollout({ ...input, strategy: staged({ maxConcurrency: '50%' }), targets: [] }).stages).toMatchObject([{ maxConcurrency: 1 }]);
  });

  it('keeps gates, soak and deadline of the stage', () => {
    const gate = (name: string) => ({ kind: 'APPROVAL', name, approvals: 2 }) as const;
    expect(startRollout({ ...input, strategy: staged({ soakSeconds: 90, deadlineSeconds: 5, before: [gate('x')], after: [gate('y')] }), targets: seven }).stages).toMatchObject([
      { soakMs: 90_000, deadlineMs: 5_000, gates: [{ spec: gate('x'), side: 'BEFORE', state: 'PENDING', approvals: 0 }, { spec: gate('y'), side: 'AFTER', state: 'PENDING', approvals: 0 }] },
    ]);
  });

  describe('to some targets, of a canary, a fifth and the rest', () => {
    const [canary, early, rest] = DEFAULT_STRATEGY.stages as readonly [StageSpec, StageSpec, StageSpec];
    const yes: GateSpec = { kind: 'APPROVAL', name: 'go', approvals: 1 };
    const metric: GateSpec = { kind: 'METRIC', name: 'errors', query: 'up', max: 1, intervalSeconds: 10, count: 1, failureLimit: 0, deadlineSeconds: 60 };
    it.each<[string, readonly StageSpec[], string, string]>([
      ['shares are of them where no gate stands', [canary, early, rest], 'fg', 'f:canary g:early'],
      ['nobody comes before the gate that he would stand behind', [canary, early, { ...rest, before: [yes] }], 'cfg', 'c:canary f:rest g:rest'],
      ['nor before one at the end of an earlier stage', [{ ...canary, after: [yes] }, early, rest], 'fg', 'f:early g:rest'],
      ['what measures in the clusters of an earlier stage measures in those that are its first now', [{ ...canary, after: [metric] }, early, rest], 'fg', 'f:canary g:early'],
      ['where gates stand before the first stage nothing changes', [{ ...canary, before: [yes] }, early, rest], 'fg', 'f:canary g:early'],
      ['whom all stages of a rollout to all are too full for stands behind every gate of those that select him', [canary, { ...early, before: [yes] }], 'g', 'g:early'],
    ])('%s', (_name, stages, named, expected) => {
      const some = seven.filter(({ cluster }) => named.includes(cluster));
      const { targets } = startRollout({ ...input, cause: 'PARTIAL', strategy: { ...DEFAULT_STRATEGY, stages }, targets: some, among: seven });
      const nameOf = new Map(seven.map(({ id, cluster }) => [id, cluster]));
      expect(targets.map(({ id, stage }) => `${nameOf.get(id)}:${stage}`).join(' ')).toBe(expected);
    });

    it('nobody comes before his gate with other parameters either', () => {
      const stages = [canary, early, { ...rest, before: [yes] }];
      expect(startRollout({ ...input, cause: 'PARAMETERS', strategy: { ...DEFAULT_STRATEGY, stages }, targets: seven.slice(6), among: seven }).targets).toMatchObject([{ stage: 'rest' }]);
    });
  });

  it('names whom no stage takes', () => {
    expect(startRollout({ ...input, strategy: staged({ limit: 1 }), targets: seven.slice(0, 2) }).targets).toMatchObject([{ id: a, stage: 'only' }, { id: b, stage: undefined, placement: 'NO_STAGE' }]);
  });

  it('sends each target of a rollback to a release of its own, all at once', () => {
    const start = startRollout({ ...input, cause: 'ROLLBACK', strategy: DEFAULT_STRATEGY, targets: [target('a', { goesTo: aReleaseId(3) }), target('b')] });
    expect(start.targets.map(({ toRelease }) => toRelease)).toEqual([aReleaseId(3), aReleaseId(9)]);
    expect(start.stages).toMatchObject([{ name: 'all', deadlineMs: 600_000 }]);
    const patient = { ...staged({}), stages: [...staged({ deadlineSeconds: 60 }).stages, ...staged({ deadlineSeconds: 900 }).stages] };
    expect(startRollout({ ...input, cause: 'ROLLBACK', strategy: patient }).stages).toMatchObject([{ deadlineMs: 900_000 }]);
    expect(startRollout({ ...input, cause: 'ROLLBACK' }).stages).toMatchObject([{ deadlineMs: 600_000 }]);
  });

  it.each(['LATE_MATCH', 'CATCH_UP', 'POLICY'] as const)('waits for a target of a %s no longer than the most patient stage, and ten minutes where there are none', (cause) => {
    const patient = { ...staged({}), stages: [...staged({ deadlineSeconds: 60 }).stages, ...staged({ deadlineSeconds: 900 }).stages] };
    expect(startRollout({ ...input, cause, strategy: patient }).stages).toMatchObject([{ name: 'all', deadlineMs: 900_000, failureBudget: 'UNLIMITED' }]);
    expect(startRollout({ ...input, cause }).stages).toMatchObject([{ deadlineMs: 600_000 }]);
  });

  it.each<[RolloutCause, string, 'HALT' | 'ROLLBACK', number | undefined]>([
    ['RELEASE', 'only', 'ROLLBACK', 60_000],
    ['SYNC', 'only', 'ROLLBACK', 60_000],
    ['PARTIAL', 'only', 'ROLLBACK', 60_000],
    ['PARAMETERS', 'only', 'HALT', 60_000], // there is no earlier release to go back to
    ['LATE_MATCH', 'all', 'HALT', undefined],
    ['POLICY', 'all', 'HALT', undefined],
    ['CATCH_UP', 'all', 'HALT', undefined],
    ['ROLLBACK', 'all', 'HALT', undefined],
  ])('%s goes through stages, goes back and waits for clusters only where that can be', (cause, stage, onFailure, offlineWaitMs) => {
    const strategy: RolloutStrategy = { ...staged({}), onFailure: 'ROLLBACK', offlineWaitSeconds: 60 };
    expect(startRollout({ ...input, cause, strategy, targets: seven })).toMatchObject({ stages: [{ name: stage }], onFailure, offlineWaitMs });
  });
});
