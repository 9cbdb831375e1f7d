import { seededRandom } from '#testing';
import { Dice } from './dice.js';
import { planActions } from './plan-actions.js';
import { planFaults } from './plan-faults.js';
import type { ApplicationPlan, Content, Schedule } from './schedule.js';

/** Pure: the same seed gives the same schedule, on every machine and in every version that keeps this file and its neighbours. */
export function planSchedule(seed: number): Schedule {
  const dice = new Dice(seededRandom(seed));
  const lengthMs = dice.between(5_000, 8_000);
  const applications = Array.from({ length: dice.chance(0.6) ? 2 : 1 }, (_, index) => planApplication(dice, `s${seed}${'ab'.charAt(index)}`, index, lengthMs));
  const steps = [...applications.flatMap((application) => planActions(dice, application, lengthMs)), ...planFaults(dice, lengthMs)];
  return { seed, applications, steps: steps.toSorted((a, b) => a.atMs - b.atMs) };
}

/** The first application is there before the weather begins, the second comes in the middle of it. */
function planApplication(dice: Dice, name: string, index: number, lengthMs: number): ApplicationPlan {
  const names = ['marker', ...Array.from({ length: dice.between(1, 5) }, (_, at) => `settings-${at}`)];
  const first: Content = { values: Object.fromEntries(names.map((one) => [one, 'v1'])), image: dice.chance(0.4) ? 'example.com/web:1' : undefined, isBroken: false };
  return { name, createdAtMs: index === 0 ? undefined : dice.between(0, Math.floor(lengthMs / 2)), first };
}
