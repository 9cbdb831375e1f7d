import { done, type StepOutcome, type TombstoneOrder } from '#domain';
import { checkFence, explainStateFailure, reached, type StepContext } from './step.js';

/**
 * Nothing of the target is left to track: it leaves the inventory and the floor rises in one step, then its content and its order go. After
 * the first of these the removal is complete; what a crash leaves of the rest is done again.
 */
export async function completeRemoval(context: StepContext, order: TombstoneOrder): Promise<StepOutcome> {
  const { ports, runtime, index, directory, inForce, signal } = context;
  const fenced = checkFence(context);
  if (fenced !== undefined) return fenced;
  const { epoch, generation } = order;
  const dropped = await ports.inventory.drop(runtime.target, { epoch, generation }, signal);
  if (!dropped.ok) {
    runtime.isInDoubt = true;
    return explainStateFailure(dropped.error);
  }
  directory.wake(index.settle(runtime.target, []));
  await reached(context, 'agent.removal.after-drop');
  const cleaned = await ports.content.dropAll(runtime.target, signal);
  if (!cleaned.ok) return explainStateFailure(cleaned.error);
  await reached(context, 'agent.removal.after-content');
  const removed = await ports.orders.remove(runtime.target, inForce.orderDigest, signal);
  if (!removed.ok) return explainStateFailure(removed.error);
  await reached(context, 'agent.removal.after-order');
  return done();
}
