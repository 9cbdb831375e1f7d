import { seededRandom } from '#testing';
import { Dice } from '../../plan/dice.js';

/** How the hub dies next. Times count from the moment it is told of. */
export type Kill =
  /** While it starts. */
  | { readonly kind: 'starting'; readonly afterMs: number }
  /** So long after it is ready, whatever it does then. */
  | { readonly kind: 'ready'; readonly afterMs: number }
  /** As soon as it has a transaction open, from so long after it is ready. */
  | { readonly kind: 'transaction'; readonly afterMs: number }
  /** By its own hand, where it comes by a failpoint for the nth time since it was ready; by ours when that does not come within `atMostMs`. */
  | { readonly kind: 'failpoint'; readonly name: string; readonly hit: number; readonly atMostMs: number };

/** Inside the transactions of the planner, and between the steps of a new release. */
export const HUB_FAILPOINTS_HIT = ['planner.after-load', 'planner.after-bump', 'planner.after-signing', 'planner.after-orders', 'planner.before-commit', 'source-watcher.after-judgement', 'source-watcher.after-evaluation', 'source-watcher.before-finish'];
const WEIGHTS = { starting: 1, ready: 5, transaction: 7, failpoint: 7 };

/** Pure: the nth death of a seed. */
export function planKill(seed: number, nth: number): Kill {
  const dice = new Dice(seededRandom(seed * 10_007 + nth));
  const kind = dice.weighted(WEIGHTS);
  // Short lives and long ones: whoever always dies early never comes to the end of anything.
  const afterMs = dice.chance(0.6) ? dice.between(0, 2_000) : dice.between(2_000, 8_000);
  switch (kind) {
    case 'starting': return { kind, afterMs: dice.between(50, 1_200) };
    case 'ready': case 'transaction': return { kind, afterMs };
    case 'failpoint': return { kind, name: dice.pick(HUB_FAILPOINTS_HIT), hit: dice.between(1, dice.pick([1, 5, 30])), atMostMs: 8_000 };
  }
}

export function printKill(kill: Kill): string {
  return kill.kind === 'failpoint' ? `at ${kill.name}, hit ${kill.hit}` : `${kill.kind} +${kill.afterMs} ms`;
}
