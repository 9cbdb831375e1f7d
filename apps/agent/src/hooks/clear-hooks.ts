import { done, endedLeftovers, isGuardedKind, recordOf, withRecords, type Hook, type HookLeftover, type HookPhase, type HookRecord, type StepOutcome } from '#domain';
import { reached, type StepContext } from '../reconcile/step.js';
import { ledgerOf, saveLedger } from './hook-ledger-of.js';
import { leftoverKey, removeHookObjects } from './remove-hook-objects.js';

/**
 * Deletes the objects of hooks of a phase that are over, as their policies say: together, at its end, since one may still need another (a Job its
 * account). One that does not go is left in the ledger; what holds data or other objects is never asked to.
 */
export async function clearHooks(context: StepContext, phase: HookPhase, hooks: readonly Hook[]): Promise<StepOutcome> {
  const ledger = ledgerOf(context);
  if (ledger === undefined) return done();
  const over = hooks.flatMap((hook): readonly (HookRecord & HookLeftover)[] => {
    const record = recordOf(ledger, phase, hook);
    if (record?.uid === undefined || record.isGone === true || isGuardedKind(record.ref)) return [];
    const mayGo = (record.state === 'SUCCEEDED' && hook.deletes.has('succeeded')) || (record.state === 'FAILED' && hook.deletes.has('failed'));
    return mayGo ? [{ ...record, uid: record.uid }] : [];
  });
  if (over.length === 0) return done();
  const removed = await removeHookObjects(context, over, 'PRUNE');
  if (removed.kind !== 'done') return removed;
  const gone = over.filter((record) => !removed.value.left.has(leftoverKey(record)));
  const saved = gone.length === 0 ? done() : await saveLedger(context, withRecords(ledger, gone.map((record) => ({ ...record, isGone: true }))));
  if (saved.kind === 'done') await reached(context, 'agent.hooks.after-clear');
  return saved;
}

/** Deletes what hooks of earlier releases left behind, once a release has been applied whole. What refuses to go is asked again with the next one. */
export async function clearLeftovers(context: StepContext): Promise<StepOutcome> {
  const ledger = ledgerOf(context);
  const old = endedLeftovers(ledger?.leftovers ?? []);
  if (ledger === undefined || old.length === 0) return done();
  const removed = await removeHookObjects(context, old, 'PRUNE');
  if (removed.kind !== 'done') return removed;
  const gone = new Set(old.map(leftoverKey).filter((key) => !removed.value.left.has(key)));
  const saved = await saveLedger(context, { ...ledger, leftovers: ledger.leftovers.filter((leftover) => !gone.has(leftoverKey(leftover))) });
  if (saved.kind === 'done') await reached(context, 'agent.hooks.after-clear');
  return saved;
}
