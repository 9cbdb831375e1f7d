import { formatObjectRef, wait, type LiveEntry, type StepOutcome } from '#domain';
import { checkFence, type StepContext } from './step.js';

/**
 * Asked right before each delete of an object of the inventory; an outcome stops it. Between the plan and now the lease may have gone, a newer order may have
 * come, which says anew what goes, and another application may have asked for the object.
 */
export function mayDelete(context: StepContext, { ref }: LiveEntry): StepOutcome<never> | undefined {
  const { index, runtime, inForce, directory } = context;
  const fenced = checkFence(context);
  if (fenced !== undefined) return fenced;
  const isRemoval = inForce.order.kind === 'TOMBSTONE';
  const reason = isRemoval ? 'REMOVING' : 'APPLYING';
  // An assignment that comes during a removal follows after it.
  const isReplaced = runtime.order !== inForce && (!isRemoval || runtime.order.order.kind === 'TOMBSTONE');
  if (isReplaced) return wait(0, reason, 'a newer order has come');
  const by = index.wantedBy(ref, runtime.target) ?? index.expectedBy(ref, runtime.target);
  return by === undefined ? undefined : wait(0, reason, `${formatObjectRef(ref)} moves to ${directory.nameOf(by)}`);
}
