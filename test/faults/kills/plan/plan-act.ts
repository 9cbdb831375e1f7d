import { seededRandom } from '#testing';
import { Dice } from '../../plan/dice.js';
import { APPLICATIONS, type FleetApplication } from './fleet.js';

/** What people do to an application next. */
export type Act =
  /** A commit; then they look on for at most so long before they do something else. */
  | { readonly kind: 'release'; readonly isFlawed: boolean; readonly patienceMs: number }
  /** Back by hand, on one cluster or everywhere; the hold is lifted when it is done, or later. */
  | { readonly kind: 'rollback'; readonly onOneCluster: boolean; readonly patienceMs: number }
  | { readonly kind: 'pause'; readonly forMs: number }
  | { readonly kind: 'retry' }
  | { readonly kind: 'abort' }
  | { readonly kind: 'promote' };

/** Pure: the nth act of a seed on an application. */
export function planAct(seed: number, application: FleetApplication, nth: number): Act {
  const dice = new Dice(seededRandom(seed * 7_919 + nth * 101 + APPLICATIONS.findIndex(({ name }) => name === application.name)));
  const kind = nth === 0 ? 'release' : dice.weighted({ release: 12, rollback: 3, pause: 2, retry: 1, abort: 1, promote: 1 });
  // Some see it to its end, some lose patience in the middle of it.
  const patienceMs = dice.chance(0.7) ? 150_000 : dice.between(500, 8_000);
  switch (kind) {
    case 'release': return { kind, isFlawed: application.canBeFlawed && nth > 0 && dice.chance(0.4), patienceMs };
    case 'rollback': return { kind, onOneCluster: dice.chance(0.3), patienceMs };
    case 'pause': return { kind, forMs: dice.between(200, 4_000) };
    default: return { kind };
  }
}
