import type { RolloutState, RolloutTargetRow, StageRow } from '#domain';
import type { FleetEvent } from './fleet-event.js';
import { aStage } from './rollout-rows.js';
import { SimulatedRollout, type Step } from './simulated-rollout.js';

const MINUTE = 60_000;

/** What came of it: every step, and how everything stood each time that it stood still. */
export interface Simulation {
  readonly fleet: SimulatedRollout;
  readonly steps: readonly Seen[];
  readonly rests: readonly RolloutState[];
  /** The same, with their time. */
  readonly calms: readonly { readonly state: RolloutState; readonly now: Date }[];
}

/** A step, with what was before it. */
export interface Seen extends Step {
  /** The rows when everything last stood still. */
  readonly calm: RolloutState;
}

/** Lets happen one thing after the other. @param cut how many of a batch of transitions are written before the planner is killed and asked again */
export function simulate(state: RolloutState, happenings: readonly FleetEvent[], cut?: (batch: number) => number): Simulation {
  const steps: Seen[] = [];
  let calm = state;
  const fleet = new SimulatedRollout(state, (step) => void steps.push({ ...step, calm }), cut);
  const calms = [undefined, ...happenings].map((happening) => {
    if (happening !== undefined) fleet.happen(happening);
    fleet.settle();
    return { state: (calm = fleet.state), now: fleet.now };
  });
  return { fleet, steps, calms, rests: calms.map((one) => one.state) };
}

/** Nobody says anything any more; only time passes, and people let pass what waits for them. */
export function letTimePass({ fleet }: { readonly fleet: SimulatedRollout }): void {
  for (let hour = 0; hour < 12; hour += 1) {
    for (const happening of [{ kind: 'wait', ms: 60 * MINUTE }, { kind: 'resume' }, { kind: 'approve' }, { kind: 'promote' }] as const) {
      fleet.happen(happening);
      fleet.settle();
    }
  }
}

export const inStage = ({ targets }: RolloutState, name: string): readonly RolloutTargetRow[] => targets.filter((one) => one.stage === name);
export const count = (rows: readonly RolloutTargetRow[], ...states: readonly RolloutTargetRow['state'][]): number => rows.filter((one) => states.includes(one.state)).length;
export const numberOf = (limit: number | 'UNLIMITED'): number => (limit === 'UNLIMITED' ? Number.POSITIVE_INFINITY : limit);
export const stageNamed = ({ stages }: RolloutState, name: string | undefined): StageRow => stages.find((one) => one.name === name) ?? aStage();

export const isAsked = ({ stages }: RolloutState): boolean => stages.some(({ gates }) => gates.some(({ state, spec, checks = [] }) => state === 'WAITING' && spec.kind === 'METRIC' && checks.length === 0));

/** Every order of the forward way, with its target and stage as they were just before. */
export function orders(steps: readonly Seen[], to: 'MOVING' | 'REVERTING'): readonly (Seen & { readonly row: RolloutTargetRow; readonly stage: StageRow })[] {
  return steps.flatMap((step) => {
    const { transition, before } = step;
    if (transition.kind !== 'assign' || transition.to !== to) return [];
    const row = before.targets.find((one) => one.id === transition.target);
    return row === undefined ? [] : [{ ...step, row, stage: stageNamed(before, row.stage) }];
  });
}
