import { done } from '#domain';
import { waitApplying, type Checked, type Step, type StepContext } from '../step.js';

/** Between two looks at whether the others have come to what they were ordered. */
const LOOK_MS = 5_000;

/**
 * Before anything is removed the other targets get the chance to ask for it: an object that moves to another application is dropped by one order
 * and declared by another, and either may come first.
 */
export const awaitMoves: Step<Checked, Checked> = async (context, input) => {
  if (input.removeNow.length === 0) return done(input);
  const held = holdForMoves(context);
  const what = input.removeNow.length === 1 ? '1 object is' : `${input.removeNow.length} objects are`;
  if (held === undefined) return done(input);
  return waitApplying(context, held, `${what} no longer declared and removed in a moment, unless another application takes them over`);
};

/** How long to wait before a removal; undefined: it may begin. Bounded, since targets that never settle must not keep objects for ever. */
export function holdForMoves({ runtime, ports, directory }: StepContext): number | undefined {
  const nowMs = ports.monotonic.nowMs();
  runtime.removalHeldSinceMs ??= nowMs;
  const heldMs = nowMs - runtime.removalHeldSinceMs;
  const { moveGraceMs, moveGraceMaxMs } = ports.settings;
  if (heldMs < moveGraceMs) return moveGraceMs - heldMs;
  return heldMs < moveGraceMaxMs && directory.isAnyUnsettledBut(runtime.target) ? Math.min(LOOK_MS, moveGraceMaxMs - heldMs) : undefined;
}
