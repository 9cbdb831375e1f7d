import { clusterId, diffTargets, targetId, type ClusterId, type ClusterToMatch, type ExistingTarget, type Selector, type TargetDiff, type TargetId, type TargetRemoval, type TargetsToDiff } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const c = (n: number): ClusterId => clusterId(`00000000-0000-7000-8000-0000000000c${n}`);
const t = (n: number): TargetId => targetId(`00000000-0000-7000-8000-0000000000a${n}`);
const selector: Selector = { all: false, matchLabels: { env: 'prod', 'facts.capstan.dev/gpu': 'true' }, matchExpressions: [] };
const cluster = (n: number, env: string, gpu: boolean | 'UNKNOWN' = true, state: ClusterToMatch['state'] = 'ACTIVE'): ClusterToMatch => ({ id: c(n), labels: { env }, facts: gpu === 'UNKNOWN' ? undefined : { gpu }, state });
const target = (n: number, state: ExistingTarget['state'] = 'ACTIVE'): ExistingTarget => ({ id: t(n), cluster: c(n), state });
interface AnyCluster {
  readonly env: string;
  readonly gpu: boolean | 'UNKNOWN';
  readonly state: ClusterToMatch['state'];
  readonly isListed: boolean;
  readonly target: ExistingTarget['state'] | undefined;
}
const NOTHING: TargetDiff = { create: [], keep: [], tombstone: [], factMismatch: [], rematchAfterRemoval: [], unmatched: [] };
const removal = (n: number, mode: 'DELETE' | 'ORPHAN', because: 'LABELS' | 'CLUSTER_REMOVED' = 'LABELS'): TargetRemoval => ({ target: t(n), cluster: c(n), mode, because });

describe('diffTargets', () => {
  it.each<[string, Partial<TargetsToDiff>, Partial<TargetDiff>]>([
    ['creates where it matches', { clusters: [cluster(2, 'prod'), cluster(1, 'prod')] }, { create: [{ cluster: c(1), revives: undefined }, { cluster: c(2), revives: undefined }] }],
    ['creates before the first enrolment', { clusters: [cluster(1, 'prod', true, 'PENDING')] }, { create: [{ cluster: c(1), revives: undefined }] }],
    ['says why a cluster is left out', { clusters: [cluster(1, 'dev'), cluster(2, 'prod', false), cluster(3, 'prod', 'UNKNOWN')] }, { unmatched: [{ cluster: c(1), because: 'LABELS' }, { cluster: c(2), because: 'FACTS' }, { cluster: c(3), because: 'FACTS' }] }],
    ['keeps what matches', { clusters: [cluster(1, 'prod')], targets: [target(1)] }, { keep: [t(1)] }],
    ['deletes with prune what no longer matches', { clusters: [cluster(1, 'dev')], targets: [target(1)] }, { tombstone: [removal(1, 'DELETE')] }],
    ['lets go without prune', { prune: false, clusters: [cluster(1, 'dev')], targets: [target(1)] }, { tombstone: [removal(1, 'ORPHAN')] }],
    ['keeps on other facts', { clusters: [cluster(1, 'prod', false)], targets: [target(1)] }, { keep: [t(1)], factMismatch: [t(1)] }],
    ['keeps on absent facts', { clusters: [cluster(1, 'prod', 'UNKNOWN')], targets: [target(1)] }, { keep: [t(1)], factMismatch: [t(1)] }],
    ['removes when labels say no, whatever the facts', { clusters: [cluster(1, 'dev', 'UNKNOWN')], targets: [target(1)] }, { tombstone: [removal(1, 'DELETE')] }],
    ['lets go of a cluster that leaves, even with prune', { clusters: [cluster(1, 'prod', true, 'REMOVING')], targets: [target(1)] }, { tombstone: [removal(1, 'ORPHAN', 'CLUSTER_REMOVED')] }],
    ['creates nothing on a cluster that leaves', { clusters: [cluster(1, 'prod', true, 'REMOVING'), cluster(2, 'prod', true, 'REMOVED')] }, {}],
    ['keeps a target whose cluster is not listed', { targets: [target(1)] }, { keep: [t(1)] }],
    ['waits for a removal before it matches again', { clusters: [cluster(1, 'prod')], targets: [target(1, 'REMOVING')] }, { rematchAfterRemoval: [{ cluster: c(1), target: t(1) }] }],
    ['leaves a removal alone that goes on', { clusters: [cluster(1, 'dev')], targets: [target(1, 'REMOVING')] }, {}],
    ['revives a removed target', { clusters: [cluster(1, 'prod')], targets: [target(1, 'REMOVED')] }, { create: [{ cluster: c(1), revives: t(1) }] }],
    ['leaves a removed target removed', { clusters: [cluster(1, 'dev')], targets: [target(1, 'REMOVED')] }, { unmatched: [{ cluster: c(1), because: 'LABELS' }] }],
  ])('%s', (_name, input, expected) => {
    expect(diffTargets({ selector, prune: true, clusters: [], targets: [], ...input })).toEqual({ ...NOTHING, ...expected });
  });

  const any = fc.record({
    env: fc.constantFrom('prod', 'dev'),
    gpu: fc.constantFrom<boolean | 'UNKNOWN'>(true, false, 'UNKNOWN'),
    state: fc.constantFrom('PENDING' as const, 'ACTIVE' as const, 'REMOVING' as const, 'REMOVED' as const),
    isListed: fc.boolean(),
    target: fc.option(fc.constantFrom('ACTIVE' as const, 'REMOVING' as const, 'REMOVED' as const), { nil: undefined }),
  });
  const fleetOf = fc.array(any, { maxLength: 9 });
  const inputOf = (fleet: readonly AnyCluster[]): TargetsToDiff => ({
    selector,
    prune: true,
    clusters: fleet.flatMap((one, n) => (one.isListed ? [cluster(n, one.env, one.gpu, one.state)] : [])),
    targets: fleet.flatMap((one, n) => (one.target === undefined ? [] : [target(n, one.target)])),
  });

  it('never makes a tombstone from facts, nor from a cluster that is missing from the list', () => {
    fc.assert(
      fc.property(fleetOf, (fleet) => {
        const { tombstone } = diffTargets(inputOf(fleet));
        const withoutFacts = diffTargets(inputOf(fleet.map((one) => ({ ...one, gpu: 'UNKNOWN' as const }))));
        expect(withoutFacts.tombstone).toEqual(tombstone);
        for (const { cluster: removed } of tombstone) {
          const one = fleet[Number(removed.at(-1))];
          expect(one).toMatchObject({ isListed: true, target: 'ACTIVE' });
          expect(one?.env === 'dev' || one?.state === 'REMOVING' || one?.state === 'REMOVED').toBe(true);
        }
      }),
    );
  });

  it('says one thing of every active target, and does not depend on the order of rows', () => {
    fc.assert(
      fc.property(fleetOf, (fleet) => {
        const input = inputOf(fleet);
        const diff = diffTargets(input);
        const active = input.targets.filter((one) => one.state === 'ACTIVE').map((one) => one.id);
        expect([...diff.keep, ...diff.tombstone.map((one) => one.target)].toSorted()).toEqual(active.toSorted());
        expect(diffTargets({ ...input, clusters: input.clusters.toReversed(), targets: input.targets.toReversed() })).toEqual(diff);
      }),
    );
  });
});
