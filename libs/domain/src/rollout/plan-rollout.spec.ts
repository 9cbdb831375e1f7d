import {
  applyRolloutTransition, planRollout, releaseId, rolloutId, targetId, type ObservedTarget, type OrderVersion, type ReasonCode, type RolloutState, type RolloutTargetRow,
  type RolloutTransition, type StageRow,
} from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const release = releaseId('00000000-0000-7000-8000-0000000000e1');
const older = releaseId('00000000-0000-7000-8000-0000000000e0');
const ids = { a: targetId('00000000-0000-7000-8000-00000000000a'), b: targetId('00000000-0000-7000-8000-00000000000b'), c: targetId('00000000-0000-7000-8000-00000000000c') };
type Name = keyof typeof ids;

const order: OrderVersion = { epoch: 1n, generation: 5n };
const synced: ObservedTarget = { ...order, release, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' };
const row = (name: Name, state: RolloutTargetRow['state'], rest: Partial<RolloutTargetRow> = {}): RolloutTargetRow => ({
  id: ids[name], stage: 'all', state, isActive: true, assignedAs: state === 'PENDING' ? undefined : order, blockedBy: undefined, observed: undefined, refused: undefined, ...rest,
});
const stage = (rest: Partial<StageRow> = {}): StageRow => ({ name: 'all', position: 0, state: 'OPEN', maxConcurrency: 'UNLIMITED', failureBudget: 'UNLIMITED', ...rest });
const rollout = (targets: readonly RolloutTargetRow[], rest: Partial<RolloutState> = {}): RolloutState => ({
  id: rolloutId('00000000-0000-7000-8000-0000000000f1'), release, phase: 'RUNNING', stages: [stage()], targets, ...rest,
});
const assign = (name: Name): RolloutTransition => ({ kind: 'assign', target: ids[name], release });
const mark = (name: Name, from: RolloutTargetRow['state'], to: RolloutTargetRow['state'], reason: ReasonCode): RolloutTransition => ({ kind: 'mark-target', target: ids[name], from, to, reason });
const moving = (observed: Partial<ObservedTarget>): RolloutState => rollout([row('a', 'MOVING', { observed: { ...synced, ...observed } })]);

describe('planRollout', () => {
  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['waits for its person', rollout([row('a', 'PENDING')], { phase: 'PENDING' }), []],
    ['rests when it is over', rollout([row('a', 'MOVING', { observed: synced })], { phase: 'SUPERSEDED' }), []],
    ['opens the first stage', rollout([row('a', 'PENDING')], { stages: [stage({ state: 'PENDING' })] }), [{ kind: 'open-stage', stage: 'all' }]],
    ['opens stages by position', rollout([], { stages: [stage({ name: 'z', position: 2, state: 'PENDING' }), stage({ name: 'y', position: 1, state: 'PENDING' }), stage({ name: 'x', state: 'CLOSED' })] }), [{ kind: 'open-stage', stage: 'y' }]],
    ['assigns all at once', rollout([row('a', 'PENDING'), row('b', 'PENDING')]), [assign('a'), assign('b')]],
    ['assigns only what max concurrency leaves free', rollout([row('a', 'MOVING'), row('b', 'PENDING'), row('c', 'PENDING')], { stages: [stage({ maxConcurrency: 2 })] }), [assign('b')]],
    ['assigns nothing of another stage', rollout([row('a', 'PENDING', { stage: 'later' }), row('b', 'PENDING')]), [assign('b')]],
    ['assigns others past a silent one', rollout([row('a', 'MOVING'), row('b', 'PENDING')]), [assign('b')]],
    ['waits for a silent one at the end', rollout([row('a', 'MOVING'), row('b', 'HEALTHY')]), []],
    ['closes a settled stage', rollout([row('a', 'HEALTHY'), row('b', 'FAILED'), row('c', 'SKIPPED')]), [{ kind: 'close-stage', stage: 'all' }]],
    ['closes an empty stage', rollout([]), [{ kind: 'close-stage', stage: 'all' }]],
    ['succeeds', rollout([row('a', 'HEALTHY'), row('b', 'SKIPPED')], { stages: [stage({ state: 'CLOSED' })] }), [{ kind: 'finish', phase: 'SUCCEEDED' }]],
    ['fails with one that failed', rollout([row('a', 'HEALTHY'), row('b', 'FAILED')], { stages: [stage({ state: 'CLOSED' })] }), [{ kind: 'finish', phase: 'FAILED' }]],
    ['goes on within the failure budget', rollout([row('a', 'FAILED'), row('b', 'PENDING')], { stages: [stage({ failureBudget: 1 })] }), [assign('b')]],
    ['halts past the failure budget', rollout([row('a', 'FAILED'), row('b', 'PENDING')], { stages: [stage({ failureBudget: 0 })] }), [{ kind: 'halt', stage: 'all', failed: [ids.a] }]],
    ['marks before it decides', rollout([row('a', 'MOVING', { observed: synced }), row('b', 'PENDING')]), [mark('a', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['fails what its agent does not take', rollout([row('a', 'MOVING', { observed: { ...synced, generation: 4n }, refused: { ...order, reason: 'UNSUPPORTED_ASSIGNMENT' } })]), [mark('a', 'MOVING', 'FAILED', 'UNSUPPORTED_ASSIGNMENT')]],
    ['takes an older refusal for no answer', rollout([row('a', 'MOVING', { refused: { ...order, generation: 4n, reason: 'UNSUPPORTED_ASSIGNMENT' } })]), []],
    ['forgets a refusal when a report comes', rollout([row('a', 'FAILED', { observed: synced, refused: { ...order, reason: 'UNSUPPORTED_ASSIGNMENT' } }), row('b', 'MOVING')]), [mark('a', 'FAILED', 'HEALTHY', 'SYNCED')]],
    ['skips what is being removed', rollout([row('a', 'PENDING', { isActive: false })]), [mark('a', 'PENDING', 'SKIPPED', 'REMOVING')]],
    ['fails what cannot be ordered', rollout([row('a', 'PENDING', { blockedBy: 'PARAMETER_MISSING' })]), [mark('a', 'PENDING', 'FAILED', 'PARAMETER_MISSING')]],
    ['takes back a failure that healed', rollout([row('a', 'FAILED', { observed: synced }), row('b', 'MOVING')]), [mark('a', 'FAILED', 'HEALTHY', 'SYNCED')]],
    ['leaves a healthy one that fell ill later', rollout([row('a', 'HEALTHY', { observed: { ...synced, health: 'DEGRADED' } }), row('b', 'MOVING')]), []],
  ])('%s', (_name, state, expected) => {
    expect(planRollout(state)).toEqual(expected);
  });

  it.each<[string, Partial<ObservedTarget>, readonly RolloutTransition[]]>([
    ['synced and healthy', {}, [mark('a', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['suspended is well', { health: 'SUSPENDED' }, [mark('a', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['drifted since is well', { sync: 'DRIFTED', reason: 'DRIFT_DETECTED' }, [mark('a', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['a later order of the same release', { generation: 9n }, [mark('a', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['an older order', { generation: 4n }, []],
    ['an older epoch', { epoch: 0n, generation: 9n }, []],
    ['another release', { release: older }, []],
    ['still applying', { sync: 'APPLYING', reason: 'APPLYING' }, []],
    ['becoming ready', { health: 'PROGRESSING' }, []],
    ['waiting for an approval', { sync: 'AWAITING_APPROVAL', reason: 'PRUNE_NEEDS_APPROVAL' }, []],
    ['degraded', { health: 'DEGRADED' }, [mark('a', 'MOVING', 'FAILED', 'OBJECTS_DEGRADED')]],
    ['does not render', { sync: 'KEPT_LAST_GOOD', reason: 'INVALID_YAML', release: older }, [mark('a', 'MOVING', 'FAILED', 'INVALID_YAML')]],
    ['is refused', { sync: 'FAILED', reason: 'ADMISSION_DENIED' }, [mark('a', 'MOVING', 'FAILED', 'ADMISSION_DENIED')]],
    ['a failure that passes', { sync: 'KEPT_LAST_GOOD', reason: 'REPOSITORY_UNREACHABLE', release: older }, []],
  ])('judges a report: %s', (_name, observed, expected) => {
    expect(planRollout(moving(observed))).toEqual(expected);
  });

  it('comes to rest, assigns every target once and never assigns past the limits, whatever agents report and whenever', () => {
    const report = fc.constantFrom<Partial<ObservedTarget> | undefined>(undefined, {}, { health: 'DEGRADED' }, { sync: 'KEPT_LAST_GOOD', reason: 'INVALID_YAML' }, { generation: 1n }, { sync: 'APPLYING' });
    const targets = fc.array(fc.record({ stage: fc.constantFrom('one', 'two'), reports: fc.array(report, { maxLength: 3 }), leaves: fc.boolean() }), { maxLength: 8 });
    fc.assert(
      fc.property(targets, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 3 }), (fleet, maxConcurrency, failureBudget) => {
        let generation = 1n;
        let state = rollout(
          fleet.map((one, n) => row('a', 'PENDING', { id: targetId(`00000000-0000-7000-8000-00000000001${n}`), stage: one.stage })),
          { stages: [stage({ name: 'one', state: 'PENDING', maxConcurrency, failureBudget }), stage({ name: 'two', position: 1, state: 'PENDING', maxConcurrency: 'UNLIMITED', failureBudget: 'UNLIMITED' })] },
        );
        const assigned: string[] = [];
        const settle = (): void => {
          for (let steps = 0, next = planRollout(state); next.length > 0; next = planRollout(state), steps += 1) {
            expect(steps).toBeLessThan(100);
            for (const transition of next) {
              if (transition.kind === 'assign') assigned.push(transition.target);
              state = applyRolloutTransition(state, transition, () => ({ epoch: 1n, generation: (generation += 1n) }));
            }
            const busy = state.targets.filter((one) => one.stage === 'one' && one.state === 'MOVING').length;
            expect(busy).toBeLessThanOrEqual(maxConcurrency);
            const isFirstOver = state.stages[0]?.state === 'CLOSED';
            if (!isFirstOver) expect(state.targets.every((one) => one.stage === 'one' || one.assignedAs === undefined)).toBe(true);
          }
        };
        settle();
        for (let round = 0; round < 3; round += 1) {
          for (const [n, one] of fleet.entries()) {
            const said = one.reports[round];
            const observe = (target: RolloutTargetRow): RolloutTargetRow => ({
              ...target,
              isActive: !(one.leaves && round === 2),
              observed: said === undefined || target.assignedAs === undefined ? target.observed : { ...synced, ...target.assignedAs, ...said },
            });
            state = { ...state, targets: state.targets.map((target, at) => (at === n ? observe(target) : target)) };
            settle();
          }
        }
        expect(new Set(assigned).size).toBe(assigned.length);
        if (state.phase === 'SUCCEEDED') expect(state.targets.every((one) => one.state === 'HEALTHY' || one.state === 'SKIPPED')).toBe(true);
        if (state.phase === 'RUNNING') expect(state.targets.some((one) => one.state === 'MOVING')).toBe(true);
      }),
    );
  });
});
