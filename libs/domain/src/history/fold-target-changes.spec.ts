import { foldTargetChanges, LIFE_KINDS, releaseId, rolloutId, TARGET_CHANGE_KINDS, type TargetChange, type ReleaseId, type RolloutId, type TargetChangeKind, type TargetPast } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const T = (second: number): Date => new Date(Date.UTC(2026, 10, 26, 9, 0, second));
const R1 = releaseId('00000000-0000-7000-8000-0000000000e1');
const R2 = releaseId('00000000-0000-7000-8000-0000000000e2');
const O1 = rolloutId('00000000-0000-7000-8000-0000000000f1');
const O2 = rolloutId('00000000-0000-7000-8000-0000000000f2');

const change = (second: number, kind: TargetChangeKind, rest: Partial<TargetChange> = {}): TargetChange => ({
  at: T(second), kind, generation: 0n, epoch: 1n, release: undefined, sync: undefined, health: undefined, reason: undefined, message: undefined, rollout: undefined, place: undefined, mode: undefined,
  cause: undefined, actor: undefined, ...rest,
});
const created = change(0, 'CREATED');
const assigned = (second: number, generation: bigint, release: ReleaseId = R1, rollout: RolloutId = O1): TargetChange => change(second, 'ASSIGNED', { generation, release, rollout });
const synced = (second: number, generation: bigint, release: ReleaseId | undefined = R1, rest: Partial<TargetChange> = {}): TargetChange =>
  change(second, 'OBSERVED', { generation, release, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY', message: '', ...rest });
const tombstoned = (second: number, generation: bigint, sync: TargetChange['sync'] = 'REMOVING'): TargetChange => change(second, 'TOMBSTONED', { generation, sync, mode: 'DELETE', cause: 'SELECTOR' });
const running = [created, assigned(1, 1n), synced(2, 1n)];

describe('foldTargetChanges', () => {
  it.each<[string, readonly TargetChange[], Partial<TargetPast> | undefined]>([
    ['was never there', [], undefined],
    ['has no beginning: its changes belong to nothing', [assigned(1, 1n)], undefined],
    ['was made', [created], { life: 'ACTIVE', sync: 'PENDING', reason: 'WAITING_FOR_ROLLOUT', health: 'UNKNOWN', assigned: undefined, since: T(0) }],
    ['was assigned a release', [created, assigned(1, 1n)], { sync: 'PENDING', reason: 'WAITING_FOR_AGENT', assigned: { release: R1, generation: 1n, at: T(1), rollout: O1 } }],
    ['runs it', running, { sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY', since: T(2) }],
    ['runs the release before while the next is on its way', [...running, assigned(3, 2n, R2, O2)], { sync: 'PENDING', health: 'HEALTHY', assigned: { release: R2, generation: 2n, at: T(3), rollout: O2 }, observed: { epoch: 1n, generation: 1n, release: R1, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY', at: T(2) } }],
    ['answered before a restore, and not since', [...running, change(3, 'ASSIGNED', { epoch: 2n, generation: 1n, release: R1 })], { sync: 'PENDING' }],
    ['kept the last good, and why', [...running, assigned(3, 2n, R2), synced(4, 2n, R1, { sync: 'KEPT_LAST_GOOD', reason: 'INVALID_YAML', message: 'line 3' })], { sync: 'KEPT_LAST_GOOD', reason: 'INVALID_YAML', message: 'line 3' }],
    ['signed anew: what moved it there stays', [...running, change(3, 'REISSUED', { generation: 2n, release: R1 })], { sync: 'PENDING', assigned: { release: R1, generation: 2n, at: T(3), rollout: O1 } }],
    ['blocked', [...running, change(3, 'BLOCKED', { reason: 'PARAMETER_MISSING', message: 'no label' })], { sync: 'KEPT_LAST_GOOD', reason: 'PARAMETER_MISSING', message: 'no label' }],
    ['blocked no more', [...running, change(3, 'BLOCKED', { reason: 'PARAMETER_MISSING' }), change(4, 'UNBLOCKED')], { sync: 'SYNCED' }],
    ['a new order ends the block', [...running, change(3, 'BLOCKED', { reason: 'PARAMETER_MISSING' }), assigned(4, 2n), synced(5, 2n)], { sync: 'SYNCED' }],
    ['refused', [...running, assigned(3, 2n, R2), change(4, 'REFUSED', { generation: 2n, reason: 'UNSUPPORTED_ASSIGNMENT', message: 'update it' })], { sync: 'KEPT_LAST_GOOD', reason: 'UNSUPPORTED_ASSIGNMENT', message: 'update it' }],
    ['facts that no longer match', [...running, change(3, 'FACTS_DIFFER')], { sync: 'SYNCED', reason: 'FACT_MISMATCH' }],
    ['facts that match again', [...running, change(3, 'FACTS_DIFFER'), change(4, 'FACTS_AGREE')], { reason: 'SYNCED' }],
    ['its place in a rollout', [...running, change(3, 'ROLLOUT', { rollout: O1, place: 'HEALTHY', reason: 'SYNCED' })], { place: { rollout: O1, state: 'HEALTHY', reason: 'SYNCED' } }],
    ['held', [...running, change(3, 'HELD', { actor: 'ada', message: 'too slow' })], { hold: { at: T(3), by: 'ada', reason: 'too slow' } }],
    ['held no more', [...running, change(3, 'HELD', { actor: 'ada' }), change(4, 'HOLD_LIFTED', { actor: 'bob' })], { hold: undefined, since: T(4) }],
    ['to be removed', [...running, tombstoned(3, 2n)], { life: 'REMOVING', sync: 'REMOVING', reason: 'WAITING_FOR_AGENT', removal: { mode: 'DELETE', cause: 'SELECTOR', at: T(3) } }],
    ['its removal waits for a person', [...running, tombstoned(3, 2n), synced(4, 3n, R1, { sync: 'AWAITING_APPROVAL', reason: 'REMOVAL_NEEDS_APPROVAL' })], { life: 'REMOVING', sync: 'AWAITING_APPROVAL' }],
    ['its agent says that it is removed', [...running, tombstoned(3, 2n), synced(4, 3n, undefined, { sync: 'REMOVED', reason: 'REMOVED' })], { life: 'REMOVING', sync: 'REMOVED', health: 'UNKNOWN' }],
    ['removed', [...running, tombstoned(3, 2n), change(4, 'REMOVED', { generation: 1n, sync: 'REMOVED' })], { life: 'REMOVED', sync: 'REMOVED', removal: { mode: 'DELETE', cause: 'SELECTOR', at: T(3) } }],
    ['removed at once', [created, tombstoned(1, 1n, 'REMOVED')], { life: 'REMOVED', sync: 'REMOVED' }],
    ['back, with nothing of its former life', [...running, change(3, 'HELD'), tombstoned(4, 2n), change(5, 'REMOVED'), change(6, 'CREATED')], { life: 'ACTIVE', sync: 'PENDING', assigned: undefined, observed: undefined, hold: undefined, removal: undefined, place: undefined }],
  ])('%s', (_name, changes, expected) => {
    const past = foldTargetChanges(changes);
    if (expected === undefined) expect(past).toBeUndefined();
    else expect(past).toMatchObject(expected);
  });

  const anyChange = fc.record({
    kind: fc.constantFrom(...TARGET_CHANGE_KINDS, 'CREATED' as const, 'OBSERVED' as const, 'ASSIGNED' as const), generation: fc.bigInt(0n, 4n), epoch: fc.constantFrom(1n, 2n, undefined), release: fc.constantFrom(R1, R2, undefined),
    sync: fc.constantFrom<TargetChange['sync']>('SYNCED', 'APPLYING', 'REMOVED', 'FAILED', undefined), health: fc.constantFrom<TargetChange['health']>('HEALTHY', 'DEGRADED', undefined), reason: fc.constantFrom<TargetChange['reason']>('SYNCED', 'FORBIDDEN', undefined),
    message: fc.constantFrom('a', 'b', undefined), rollout: fc.constantFrom(O1, O2, undefined), place: fc.constantFrom<TargetChange['place']>('HEALTHY', 'FAILED', undefined), mode: fc.constantFrom<TargetChange['mode']>('DELETE', 'ORPHAN', undefined),
    actor: fc.constantFrom('ada', undefined), cause: fc.constantFrom('SELECTOR', undefined),
  });
  /** Whoever writes an order writes its release, and whoever writes a place in a rollout writes which. */
  const wellFormed = <C extends Omit<TargetChange, 'at'>>(one: C): C => ({ ...one, release: one.kind === 'ASSIGNED' || one.kind === 'REISSUED' ? (one.release ?? R2) : one.release, place: one.kind === 'ROLLOUT' ? (one.place ?? 'MOVING') : one.place });
  const course = fc.array(anyChange, { maxLength: 40, size: 'max' }).map((changes): TargetChange[] => [created, ...changes.map((one, index) => ({ ...wellFormed(one), at: T(index + 1) }))]);
  const newestOfEachKind = (changes: readonly TargetChange[]): TargetChange[] => changes.filter((one, index) => !changes.slice(index + 1).some((later) => later.kind === one.kind));

  it('needs no more than the newest change of every kind, at every moment', () => {
    fc.assert(fc.property(course, (changes) => {
      for (let upTo = 1; upTo <= changes.length; upTo += 1) {
        const before = changes.slice(0, upTo);
        expect(foldTargetChanges(newestOfEachKind(before))).toEqual(foldTargetChanges(before));
      }
    }));
  });

  it('is the same however often it is asked, changes nothing that it is given, and tells when the newest change was', () => {
    fc.assert(fc.property(course, (changes) => {
      const frozen = changes.map((one) => Object.freeze({ ...one }));
      const past = foldTargetChanges(Object.freeze(frozen));
      expect(foldTargetChanges(changes)).toEqual(past);
      expect(past?.since).toEqual(changes.at(-1)?.at);
    }));
  });

  it('is alive, going or gone by what begins and ends lives alone', () => {
    fc.assert(fc.property(course, (changes) => {
      const last = changes.findLast(({ kind }) => LIFE_KINDS.some((known) => known === kind));
      const life = last?.kind === 'CREATED' ? 'ACTIVE' : last?.kind === 'REMOVED' || last?.sync === 'REMOVED' ? 'REMOVED' : 'REMOVING';
      expect(foldTargetChanges(changes)?.life).toBe(life);
    }));
  });
});
