import { planRollout, type RolloutState, type RolloutTransition } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { aRollout, aStage, aTarget, anApproval, NOW } from './testing/rollout-rows.js';

const close: RolloutTransition = { kind: 'close-stage', stage: 'all' };
const waits = (gate: string): RolloutTransition => ({ kind: 'judge-gate', stage: 'all', gate, to: 'WAITING' });
const gone = aTarget('a', 'SKIPPED', { reason: 'REMOVING', isActive: false });

describe('a stage without targets', () => {
  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['ends at once, and soaks nobody', aRollout([], { stages: [aStage({ soakMs: 60_000 })] }), [close]],
    ['soaks nobody either where all are being removed', aRollout([gone], { stages: [aStage({ soakMs: 60_000 })] }), [close]],
    ['soaks as soon as one of it is well', aRollout([gone, aTarget('b', 'HEALTHY')], { stages: [aStage({ soakMs: 60_000 })] }), [{ kind: 'settle-stage', stage: 'all', at: NOW }]],
    ['asks the gates before it', aRollout([], { stages: [aStage({ state: 'PENDING', gates: [anApproval('BEFORE')] })] }), [waits('release-manager')]],
    ['asks the gates behind it', aRollout([], { stages: [aStage({ gates: [anApproval('AFTER')] })] }), [waits('release-manager')]],
    ['begins where no gate is', aRollout([], { stages: [aStage({ state: 'PENDING' })] }), [{ kind: 'open-stage', stage: 'all' }]],
  ])('%s', (_name, rollout, expected) => expect(planRollout(rollout, NOW)).toEqual(expected));
});
