import { currentStage, explainRollout, isRolloutOver, planRollout, subjectsOf, unaskedOf, type CheckedGateSpec, type GateRow, type ObservedTarget, type RolloutState, type RolloutTargetRow, type StageRow } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isGone } from './judge-rollout-target.js';
import { lookAgainAt } from './look-again-at.js';
import type { FleetEvent } from './testing/fleet-event.js';
import { FREEZES, isFrozen } from './testing/freezes.js';
import { aReleaseId, aRollout, aStage, aTarget, anApproval, OLDER, RELEASE } from './testing/rollout-rows.js';
import { SimulatedRollout } from './testing/simulated-rollout.js';
import { count, inStage, isAsked, letTimePass, numberOf, orders, simulate, stageNamed } from './testing/simulation.js';

const MINUTE = 60_000;
/** Whether people, and everybody who was to be asked, have said yes. */
const isOpened = (of: RolloutState, at: StageRow, gate: GateRow): boolean => {
  if (gate.state === 'WAIVED') return true;
  if (gate.spec.kind === 'APPROVAL') return gate.approvals >= gate.spec.approvals;
  const asked = subjectsOf(of, at, gate);
  // Who failed was there to be asked about: that nobody is left to ask is no answer.
  if (asked.length === 0 && gate.side === 'AFTER' && of.targets.some((one) => one.stage === at.name && one.isActive && one.state === 'FAILED')) return false;
  return asked.every((subject) => gate.checks?.find((check) => check.subject === subject)?.verdict === 'PASSED');
};
const METRIC: CheckedGateSpec = { kind: 'METRIC', name: 'errors', query: 'up', max: 1, intervalSeconds: 10, count: 1, failureLimit: 0, deadlineSeconds: 90 };
const aCheck = (side: GateRow['side']): GateRow => ({ spec: { ...METRIC, name: `errors-${side}` }, side, state: 'PENDING', approvals: 0 });
const RUNS = { numRuns: 250 };

const stage = fc.record({
  maxConcurrency: fc.constantFrom<StageRow['maxConcurrency']>(1, 2, 3, 'UNLIMITED'), failureBudget: fc.constantFrom<StageRow['failureBudget']>(0, 0, 1, 2, 'UNLIMITED'),
  deadlineMs: fc.constantFrom(MINUTE, 5 * MINUTE), soakMs: fc.constantFrom(0, 0, MINUTE / 2), gates: fc.subarray([anApproval('BEFORE', { spec: { kind: 'APPROVAL', name: 'x', approvals: 1 } }), anApproval('AFTER'), aCheck('BEFORE'), aCheck('AFTER')]),
});
const target = fc.record({
  stage: fc.nat(2), fromRelease: fc.constantFrom<RolloutTargetRow['fromRelease']>(OLDER, OLDER, aReleaseId(8), RELEASE, undefined), offlineSince: fc.constantFrom<RolloutTargetRow['offlineSince']>(undefined, undefined, undefined, 'NEVER'),
  labels: fc.constantFrom<RolloutTargetRow['labels']>(undefined, undefined, { day: 'odd' }, { night: 'odd' }, { day: 'odd', night: 'odd' }),
});
const rollout = fc
  .record({ stages: fc.array(stage, { minLength: 1, maxLength: 3, size: 'max' }), targets: fc.array(target, { minLength: 1, maxLength: 7, size: 'max' }), onFailure: fc.constantFrom<RolloutState['onFailure']>('HALT', 'ROLLBACK'), offlineWaitMs: fc.constantFrom(0, 2 * MINUTE), maintenance: fc.constantFrom(undefined, FREEZES) })
  .map(({ stages, targets, ...rest }): RolloutState => aRollout(
    targets.map((one, n) => aTarget(`t${n}`, 'PENDING', { ...one, stage: `s${one.stage % stages.length}` })),
    { ...rest, stages: stages.map((one, position) => aStage({ ...one, name: `s${position}`, position, state: 'PENDING' })) },
  ));
const says = fc.constantFrom<Partial<ObservedTarget>>(
  {}, {}, {}, { health: 'DEGRADED' }, { health: 'PROGRESSING', reason: 'PROGRESSING' }, { sync: 'APPLYING', reason: 'APPLYING' }, { sync: 'KEPT_LAST_GOOD', reason: 'INVALID_YAML', release: OLDER },
  { sync: 'FAILED', reason: 'CLUSTER_UNAVAILABLE' }, { generation: 0n },
);
const event = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('report' as const), target: fc.nat(6), says }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('leave', 'return', 'leave', 'return', 'hold', 'lift', 'remove', 'block', 'unblock', 'deploy', 'deploy'), target: fc.nat(6) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('check' as const), target: fc.nat(6), verdict: fc.constantFrom('PASSED', 'PASSED', 'PASSED', 'FAILED') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('approve', 'approve', 'fail-gate', 'promote', 'pause', 'resume', 'retry', 'join') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 31_000, MINUTE, 10 * MINUTE, -MINUTE) }) },
) as fc.Arbitrary<FleetEvent>;
const events = fc.array(event, { maxLength: 60, size: 'max' });

/** One stage that goes back at its second failure, while some are held and others wait to be tried again: what is rare among all that can happen. */
const shaky = fc.array(target, { minLength: 4, maxLength: 7, size: 'max' }).map((targets) => aRollout(
  targets.map((one, n) => aTarget(`t${n}`, 'PENDING', { ...one, stage: 'all', offlineSince: undefined })), { onFailure: 'ROLLBACK', stages: [aStage({ state: 'PENDING', maxConcurrency: 4, failureBudget: 1 })] },
));
const shakes = fc.array(fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('report' as const), target: fc.nat(6), says: fc.constantFrom<Partial<ObservedTarget>>({}, { health: 'DEGRADED' }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('hold', 'lift', 'retry', 'leave', 'return', 'pause', 'resume'), target: fc.nat(6) }) },
) as fc.Arbitrary<FleetEvent>, { minLength: 5, maxLength: 30, size: 'max' });
const scenario = fc.oneof(fc.tuple(rollout, events), fc.tuple(shaky, shakes));

describe('planRollout, over random fleets, strategies, reports, connections, holds, people and clocks', () => {
  const holds = (name: string, property: (run: ReturnType<typeof simulate>) => void): void => {
    it(name, () => fc.assert(fc.property(scenario, ([state, happenings]) => property(simulate(state, happenings))), RUNS));
  };

  holds('gives no order in a stage in which as many move as may, but to those whom a person names', ({ steps }) => {
    for (const { before, row, stage: at } of orders(steps, 'MOVING')) if (!row.isNamed) expect(count(inStage(before, at.name), 'MOVING')).toBeLessThan(numberOf(at.maxConcurrency));
  });

  holds('gives no order past a failure budget, nor while it is paused, halted or going back', ({ steps }) => {
    for (const { planned } of orders(steps, 'MOVING')) {
      expect(planned.phase).toBe('RUNNING');
      for (const one of planned.stages) expect(count(inStage(planned, one.name), 'FAILED')).toBeLessThanOrEqual(numberOf(one.failureBudget));
    }
  });

  holds('halts with no more failures past the budget than were in flight when it was reached', ({ steps }) => {
    for (const { transition, before, calm } of steps) {
      if (transition.kind !== 'halt' || transition.failed.length === 0) continue;
      const at = stageNamed(before, transition.stage);
      const isWatched = at.soakMs > 0 || at.gates.some((gate) => gate.side === 'AFTER');
      const hadOrder = inStage(calm, at.name).filter((one) => one.assignedAs !== undefined && (one.state === 'MOVING' || one.state === 'SKIPPED' || (one.state === 'HEALTHY' && isWatched)));
      const given = orders(steps, 'MOVING').filter((order) => order.calm === calm && order.stage.name === at.name);
      expect(transition.failed.length - numberOf(at.failureBudget)).toBeLessThanOrEqual(hadOrder.length + given.length);
    }
  });

  holds('opens no stage, and gives no order in it but to those whom a person names, before those before it are closed', ({ steps }) => {
    const begins = steps.flatMap(({ transition, before }) => (transition.kind === 'open-stage' ? [{ before, at: stageNamed(before, transition.stage) }] : []));
    for (const { before, at } of [...begins, ...orders(steps, 'MOVING').filter(({ row }) => !row.isNamed).map(({ before, stage: of }) => ({ before, at: of }))]) {
      for (const earlier of before.stages) if (earlier.position < at.position) expect(earlier.state).toBe('CLOSED');
    }
    for (const { row, stage: at } of orders(steps, 'MOVING')) if (!row.isNamed) expect(at.state).not.toBe('PENDING');
  });

  holds('closes a stage that has settled, soaked and passed its gates, or that a person let pass', ({ steps, rests }) => {
    for (const { transition, before, now } of steps) {
      if (transition.kind !== 'close-stage') continue;
      const at = stageNamed(before, transition.stage);
      const unsettled = inStage(before, at.name).filter((one) => one.state === 'PENDING' || one.state === 'MOVING');
      if (at.isPromoted) expect(unsettled.filter((one) => one.offlineSince === undefined)).toEqual([]);
      else {
        expect(unsettled).toEqual([]);
        const isMissing = inStage(before, at.name).some((one) => one.reason === 'CLUSTER_OFFLINE' || one.reason === 'HELD');
        const isLast = before.targets.every((one) => stageNamed(before, one.stage).position <= at.position);
        if (isMissing) expect(count(isLast ? before.targets : inStage(before, at.name), 'HEALTHY', 'FAILED')).toBeGreaterThan(0);
        expect(at.gates.filter((gate) => gate.side === 'AFTER' && !isOpened(before, at, gate))).toEqual([]);
        if (at.soakMs > 0 || at.gates.some((gate) => gate.side === 'AFTER')) expect(inStage(before, at.name).filter((one) => one.state === 'HEALTHY' && one.offlineSince !== undefined)).toEqual([]);
        if (at.soakMs > 0 && inStage(before, at.name).some((one) => one.state !== 'SKIPPED')) expect(now.getTime() - (at.settledAt?.getTime() ?? Number.POSITIVE_INFINITY)).toBeGreaterThanOrEqual(at.soakMs);
      }
    }
    // A soak never counts from before somebody was at work.
    for (const { stages, targets } of rests) for (const at of stages) if (at.state === 'OPEN' && at.settledAt !== undefined) expect(targets.filter((one) => one.stage === at.name && (one.state === 'PENDING' || one.state === 'MOVING'))).toEqual([]);
  });

  holds('opens a stage whose gates before it have passed, or that a person let pass', ({ steps }) => {
    for (const { transition, before } of steps) {
      if (transition.kind !== 'open-stage') continue;
      const at = stageNamed(before, transition.stage);
      if (!at.isPromoted) expect(at.gates.filter((gate) => gate.side === 'BEFORE' && !isOpened(before, at, gate))).toEqual([]);
    }
  });

  holds('orders nobody whom no person named past a gate that had nobody to ask', ({ steps }) => {
    for (const { before, transition } of steps) {
      if (transition.kind !== 'assign' || transition.to !== 'MOVING') continue;
      const target = before.targets.find(({ id }) => id === transition.target);
      if (target?.isNamed !== false) continue;
      expect(before.stages.filter(({ name }) => name === target.stage).flatMap(({ gates }) => gates.filter(({ side, state }) => side === 'BEFORE' && state !== 'PASSED' && state !== 'WAIVED'))).toEqual([]);
    }
  });

  holds('passes no gate that is checked, however much time passes, before everybody who is asked has said yes', ({ steps }) => {
    for (const { transition, before } of steps) {
      if (transition.kind !== 'judge-gate' || transition.to !== 'PASSED') continue;
      const at = stageNamed(before, transition.stage);
      expect(at.gates.filter((gate) => gate.spec.name === transition.gate && !isOpened(before, at, gate))).toEqual([]);
      expect(at.gates.filter((gate) => gate.spec.name === transition.gate && gate.spec.kind === 'METRIC' && subjectsOf(before, at, gate).length === 0)).toEqual([]);
    }
  });

  holds('gives one order ahead of its turn for each time that a person names a target, and forgets a name that could not be followed', ({ fleet, steps, calms }) => {
    for (const { id } of fleet.state.targets) expect(orders(steps, 'MOVING').filter(({ row }) => row.id === id && row.isNamed).length).toBeLessThanOrEqual(fleet.namingsOf(id));
    for (const { state, now } of calms) {
      for (const one of isRolloutOver(state.phase) ? [] : state.targets.filter(({ isNamed }) => isNamed)) expect([one.state, isGone(one, { now })]).toEqual(['PENDING', false]);
    }
  });

  holds('never gives an order to who is held, away or being removed, and on the way back to nobody who is held at what a person gave', ({ steps }) => {
    for (const { row } of orders(steps, 'MOVING')) expect([row.isHeld, row.offlineSince, row.isActive, row.state]).toEqual([false, undefined, true, 'PENDING']);
    for (const { row } of orders(steps, 'REVERTING')) expect([row.isHeld, row.isActive]).toEqual([false, true]);
  });

  holds('gives no order to a cluster that is outside a maintenance window, unless a person names it or lets the open stage pass', ({ steps }) => {
    for (const { before, row, stage: at, now } of orders(steps, 'MOVING')) {
      if (before.maintenance !== undefined && !row.isNamed && isFrozen(row, now)) expect([at.isPromoted, at.state]).toEqual([true, 'OPEN']);
    }
  });

  holds('leaves nobody without an order who could have one, whoever beside it is away or outside its maintenance windows', ({ fleet, calms }) => {
    for (const { state: { phase, stages, targets, maintenance }, now } of calms) {
      if (phase !== 'RUNNING') continue;
      // Whom a gate is asked about only now waits for it.
      for (const at of stages.filter((one) => one.state !== 'PENDING' && !unaskedOf(one).some(({ state }) => state === 'WAITING'))) {
        const free = targets.filter((one) => one.stage === at.name && one.state === 'PENDING' && one.offlineSince === undefined && (maintenance === undefined || !isFrozen(one, now)));
        if (free.length > 0) expect(count(targets.filter((one) => one.stage === at.name), 'MOVING')).toBeGreaterThanOrEqual(numberOf(at.maxConcurrency));
      }
    }
    expect(calms.at(-1)?.state).toBe(fleet.state);
  });

  holds('says nothing new before the moment at which it is to be looked at again, however long that is, unless something happens', ({ calms }) => {
    for (const { state, now } of calms) {
      const at = lookAgainAt(state, now)?.getTime() ?? now.getTime() + 30 * 24 * 60 * MINUTE;
      expect(at).toBeGreaterThan(now.getTime());
      for (const ms of [now.getTime() + 1, (now.getTime() + at) / 2, at - 1]) if (ms < at) expect(planRollout(state, new Date(ms))).toEqual([]);
    }
  });

  it('gives nobody a second order who was not let go in between', () => {
    fc.assert(fc.property(scenario, ([state, happenings]) => {
      const { fleet, steps } = simulate(state, happenings.filter((one) => one.kind !== 'retry')); // a person who tries again lets go
      const there = orders(steps, 'MOVING');
      const back = orders(steps, 'REVERTING');
      for (const { id } of fleet.state.targets) {
        const given = there.filter(({ row }) => row.id === id).length;
        const letGo = steps.filter(({ transition }) => transition.kind === 'mark-target' && transition.target === id && transition.to === 'PENDING').length;
        expect(given).toBeLessThanOrEqual(1 + letGo);
        expect(back.filter(({ row }) => row.id === id).length).toBeLessThanOrEqual(1);
      }
    }), RUNS);
  });

  holds('goes back stage by stage, the last first, to what each had before and never to the release that it leaves', ({ fleet, steps }) => {
    if (fleet.state.phase === 'ROLLED_BACK') expect(count(fleet.state.targets, 'PENDING', 'MOVING', 'REVERTING')).toBe(0);
    for (const { transition, before, row, stage: at } of orders(steps, 'REVERTING')) {
      expect(transition).toMatchObject({ release: row.fromRelease });
      expect(row.fromRelease).not.toBe(row.release);
      const later = before.targets.filter((one) => stageNamed(before, one.stage).position > at.position && one.offlineSince === undefined);
      expect(count(later, 'MOVING', 'HEALTHY', 'FAILED', 'REVERTING') - later.filter((one) => one.state === 'FAILED' && one.assignedAs === undefined).length).toBe(0);
    }
    const halted = steps.findIndex(({ after }) => after.phase === 'ROLLING_BACK');
    if (halted >= 0) expect(orders(steps.slice(halted), 'MOVING')).toEqual([]);
  });

  it('ends with every target in a named state once all clocks have run on', () => {
    fc.assert(fc.property(scenario, ([state, happenings]) => {
      const run = simulate(state, happenings);
      letTimePass(run);
      const { phase, targets } = run.fleet.state;
      expect(['SUCCEEDED', 'FAILED', 'HALTED', 'ROLLED_BACK']).toContain(phase);
      expect(count(targets, 'MOVING', 'REVERTING', ...(phase === 'HALTED' ? [] : ['PENDING' as const]))).toBe(0);
      for (const one of targets) expect([one.state, one.reason !== undefined]).toEqual([one.state, one.state === 'SKIPPED' || one.state === 'FAILED' || one.state === 'REVERT_FAILED']);
      if (phase === 'SUCCEEDED') expect(count(targets, 'HEALTHY', 'SKIPPED')).toBe(targets.length);
      if (phase === 'FAILED') expect(count(targets, 'FAILED')).toBeGreaterThan(0);
      if (phase !== 'ROLLED_BACK') return;
      for (const one of targets) {
        const hadOrder = run.steps.some(({ transition }) => transition.kind === 'assign' && transition.target === one.id && transition.to === 'MOVING' && !one.isHeld) && one.assignedAs !== undefined;
        if (hadOrder) expect(['REVERTED', 'REVERT_FAILED', 'SKIPPED']).toContain(one.state);
        if (one.state === 'REVERTED') expect(run.fleet.releaseOf(one.id)).not.toBe(RELEASE);
        // Nobody is left behind on the release that was taken back, unless it is said of it by name.
        if (run.fleet.releaseOf(one.id) === RELEASE && one.fromRelease !== RELEASE) expect(one.state === 'REVERT_FAILED' || one.reason === 'REMOVING').toBe(true);
      }
    }), RUNS);
  });

  it('is never at rest, short of its end, without a word why', () => {
    fc.assert(fc.property(scenario, ([state, happenings]) => {
      for (const rest of simulate(state, happenings).rests) {
        const hurdles = explainRollout(rest, undefined, new Date(0));
        if (isRolloutOver(rest.phase)) expect(hurdles).toEqual([]);
        else expect(hurdles).not.toEqual([]);
      }
    }), RUNS);
  });

  it('comes to the same whether or not the planner is killed in the middle of what it writes', () => {
    fc.assert(fc.property(scenario, fc.array(fc.nat(6), { minLength: 1, maxLength: 9 }), ([state, happenings], cuts) => {
      // That an order cannot be made comes out when it is written: a batch with such a one is written as a whole or not at all.
      const makeable = happenings.filter((one) => one.kind !== 'block');
      let asked = 0;
      const killed = simulate(state, makeable, (batch) => 1 + (cuts[(asked += 1) % cuts.length] ?? 0) % batch);
      expect(killed.rests.at(-1)).toEqual(simulate(state, makeable).rests.at(-1));
    }), RUNS);
  });

  it('answers the same to the same rows, however the rows of different stages lie among each other', () => {
    fc.assert(fc.property(scenario, fc.array(fc.nat(9), { minLength: 1 }), ([state, happenings], keys) => {
      for (const { before, now } of simulate(state, happenings).steps) {
        const plan = planRollout(before, now);
        expect(planRollout(structuredClone(before), now)).toEqual(plan);
        const keyOf = ({ stage: name }: RolloutTargetRow): number => keys[Number(name?.slice(1)) % keys.length] ?? 0;
        expect(planRollout({ ...before, targets: before.targets.toSorted((a, b) => keyOf(a) - keyOf(b)) }, now)).toEqual(plan);
      }
    }), { numRuns: 100 });
  });

  it('never lets clusters that are away hold up the others', () => {
    fc.assert(fc.property(rollout, fc.uniqueArray(fc.nat(6)), (state, away) => {
      const isAway = (_one: RolloutTargetRow, n: number): boolean => away.includes(n);
      const fleet = new SimulatedRollout({ ...state, maintenance: undefined, targets: state.targets.map((one, n) => ({ ...one, offlineSince: isAway(one, n) ? new Date(0) : undefined })) }, () => undefined);
      // Each round is ten minutes, longer than any soak and wait; a stage that proves nothing, or in which nobody can be asked, is let pass by a person.
      for (let round = 0; round < 8 + 4 * state.stages.length && fleet.state.phase === 'RUNNING'; round += 1) {
        fleet.settle();
        // Whoever is there answers at once, as long as that moves anything.
        for (let before: RolloutState | undefined; before !== fleet.state; ) {
          before = fleet.state;
          for (const [n, one] of before.targets.entries()) {
            if (one.state === 'MOVING') fleet.happen({ kind: 'report', target: n, says: {} });
            if (one.offlineSince === undefined && isAsked(before)) fleet.happen({ kind: 'check', target: n, verdict: 'PASSED' });
          }
          fleet.settle();
        }
        const at = currentStage(fleet.state.stages);
        const isStuck = at !== undefined && inStage(fleet.state, at.name).every((one) => one.state === 'SKIPPED' || one.offlineSince !== undefined);
        for (const happening of [{ kind: 'wait', ms: 10 * MINUTE }, { kind: 'approve' }, ...(isStuck ? [{ kind: 'promote' } as const] : [])] as const) fleet.happen(happening);
      }
      expect(fleet.state.phase).toBe('SUCCEEDED');
      expect(fleet.state.targets.map((one) => one.state)).toEqual(state.targets.map((one, n) => (isAway(one, n) ? 'SKIPPED' : 'HEALTHY')));
    }), RUNS);
  });
});

