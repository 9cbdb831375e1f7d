import { digestOf } from '#kernel';
import { done, objectKey, type HookLeftover, type LiveEntry, type RemovalCause, type StepOutcome } from '#domain';
import { removeObjects } from '../apply/remove-objects.js';
import { checkFence, reached, type StepContext } from '../reconcile/step.js';
import type { TargetRuntime } from '../reconcile/target-runtime.js';

export interface RemovalContext extends Pick<StepContext, 'reader' | 'ports' | 'owner' | 'index' | 'signal'> {
  readonly runtime: Pick<TargetRuntime, 'target'>;
}

/**
 * Deletes objects of hooks, each under its UID and only while it is ours. Answers with those that are still there, or that could not be
 * deleted: they stay in the ledger. `messages` names those of them that hold something up; what asks to stay does not.
 */
export async function removeHookObjects(context: RemovalContext, objects: readonly HookLeftover[], cause: RemovalCause): Promise<StepOutcome<{ readonly left: ReadonlySet<string>; readonly messages: readonly string[] }>> {
  const { reader, ports, owner, signal } = context;
  const removed = await removeObjects(objects.map(entryOf), {
    reader,
    applier: ports.cluster.applier,
    owner,
    cause,
    reserved: ports.cluster.reserved,
    othersIn: (namespace) => context.index.othersIn(namespace, context.runtime.target),
    clock: ports.clock,
    maxCalls: ports.settings.maxCalls,
    signal,
    mayWrite: () => checkFence(context),
    beforeDelete: () => reached(context, 'agent.hooks.before-delete'),
    afterDelete: () => reached(context, 'agent.hooks.after-delete'),
  });
  if (removed.kind !== 'done') return removed;
  const holding = removed.value.filter(({ isBlocked, leavingForMs }) => isBlocked || leavingForMs !== undefined);
  return done({ left: new Set(removed.value.map(({ entry }) => leftoverKey(entry))), messages: holding.map(({ message }) => message) });
}

/** As `left` names an object. */
export function leftoverKey({ ref, uid }: Pick<HookLeftover, 'ref' | 'uid'>): string {
  return `${objectKey(ref)} ${uid}`;
}

/** The object of a hook as removal knows objects. What was sent is of no interest to it. */
export function entryOf({ ref, apiVersion, uid }: HookLeftover): LiveEntry {
  return { ref, apiVersion, state: 'LIVE', uid, appliedHash: digestOf(''), isProtected: false };
}
