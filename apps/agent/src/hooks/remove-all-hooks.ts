import { done, openRecords, removableHookObjects, wait, withRecords, type HookPhase, type StepOutcome } from '#domain';
import { inParallel } from '../apply/in-parallel.js';
import type { StepContext } from '../reconcile/step.js';
import { ledgerOf, saveLedger } from './hook-ledger-of.js';
import { lookAtHook } from './progress-hook.js';
import { leftoverKey, removeHookObjects } from './remove-hook-objects.js';

const RETRY_MS = 2_000;

/**
 * With a target its hooks' objects go too, as far as they hold no data; also one whose creation was not recorded before a crash. Safe to repeat.
 *
 * @param yetToRun a phase whose hooks are still needed
 */
export async function removeAllHooks(context: StepContext, yetToRun?: HookPhase): Promise<StepOutcome> {
  const before = ledgerOf(context);
  if (before === undefined) return done();
  const looks = await inParallel(openRecords(before).filter(({ phase }) => phase !== yetToRun), context.ports.settings.maxCalls, (record) => lookAtHook(context, record));
  const failed = looks.find(({ kind }) => kind !== 'done');
  if (failed !== undefined && failed.kind !== 'done') return failed;
  const found = withRecords(before, looks.flatMap((look) => (look.kind === 'done' ? [look.value.record] : [])));

  const doomed = removableHookObjects({ ...found, records: found.records.filter(({ phase }) => phase !== yetToRun) });
  if (doomed.length === 0) return done();
  const removed = await removeHookObjects(context, doomed, 'TOMBSTONE');
  if (removed.kind !== 'done') return removed;
  const gone = new Set(doomed.map(leftoverKey).filter((key) => !removed.value.left.has(key)));
  const saved = await saveLedger(context, {
    ...found,
    records: found.records.map((record) => (record.uid !== undefined && gone.has(leftoverKey({ ref: record.ref, uid: record.uid })) ? { ...record, isGone: true } : record)),
    leftovers: found.leftovers.filter((leftover) => !gone.has(leftoverKey(leftover))),
  });
  if (saved.kind !== 'done' || removed.value.messages.length === 0) return saved;
  return wait(RETRY_MS, 'REMOVING', removed.value.messages.slice(0, 10).join('; '));
}
