import { done, formatObjectRef, isHook, objectKey, openLedger, sortOutHooks, stalled, type AppliedRelease, type Hook, type HookLedger, type HookPhase, type StepOutcome, type TombstoneOrder } from '#domain';
import { explainFailure } from '../apply/explain-failure.js';
import { inParallel } from '../apply/in-parallel.js';
import { prepareObjects } from '../apply/prepare-objects.js';
import { explainStateFailure, reached, type StepContext } from '../reconcile/step.js';
import { awaitOlderHooks } from './await-hooks.js';
import { ledgerOf, saveLedger } from './hook-ledger-of.js';
import { runHooks } from './run-hooks.js';

/**
 * Runs the hooks that the applied release has for its removal, before or after its objects go, once. One that fails holds the removal until a person
 * deletes its object, which has it run again, or gives another order.
 */
export async function runRemovalHooks(context: StepContext, order: TombstoneOrder, phase: Extract<HookPhase, 'before-removal' | 'after-removal'>): Promise<StepOutcome> {
  const applied = context.runtime.inventory?.head.applied;
  if (applied?.removalHooksIn === undefined) return done();
  const hooks = await loadHooks(context, applied, applied.removalHooksIn);
  if (hooks.kind !== 'done') return hooks;
  if (!hooks.value.some(({ events }) => events.has(phase))) return done();

  const contentKey = `removal of ${applied.contentKey}`;
  const isBegun = ledgerOf(context)?.contentKey === contentKey;
  const ended = isBegun ? done() : await awaitOlderHooks(context);
  if (ended.kind !== 'done') return ended;
  const current = ledgerOf(context);
  const opened = await withoutDeleted(context, openLedger(current, { contentKey, order, isInstall: false }), phase);
  if (opened.kind !== 'done') return opened;
  if (opened.value !== current) {
    const saved = await saveLedger(context, opened.value);
    if (saved.kind !== 'done') return saved;
    await reached(context, 'agent.hooks.after-open');
  }
  const ran = await runHooks(context, phase, hooks.value);
  if (ran.kind !== 'done' || ran.value === undefined) return ran.kind === 'done' ? done() : ran;
  const failed = (ledgerOf(context)?.records ?? []).filter((record) => record.phase === phase && record.state === 'FAILED');
  context.runtime.awaited = new Map(failed.map((record) => [objectKey(record.ref), record]));
  return stalled(ran.value.failure.reason, `${ran.value.failure.message}; delete its object to have it run again, or remove the application and leave its objects`);
}

/** From the stored content of the release: neither hub nor Git is asked. */
async function loadHooks({ ports, runtime, owner, signal }: StepContext, applied: AppliedRelease, namespace: string): Promise<StepOutcome<readonly Hook[]>> {
  const stored = await ports.content.get(runtime.target, applied.contentKey, signal);
  if (!stored.ok && stored.error.code !== 'CORRUPT') return explainStateFailure(stored.error);
  if (!stored.ok || stored.value === undefined) {
    return stalled('INTERNAL_ERROR', 'the release has hooks that run when it is removed, and its stored content is gone: restore the Secrets of the agent, or remove the application and leave its objects');
  }
  const prepared = await prepareObjects(stored.value.objects.filter(({ metadata }) => isHook(metadata)), { cluster: ports.cluster, owner, namespace, maxCalls: ports.settings.maxCalls, signal, isLenient: true });
  if (prepared.kind !== 'done') return prepared;
  const sorted = sortOutHooks(prepared.value);
  return sorted.ok ? done(sorted.value.hooks) : stalled(sorted.error.code, sorted.error.message);
}

/** A failed hook whose object a person has deleted is forgotten. */
async function withoutDeleted({ reader, ports, signal }: StepContext, ledger: HookLedger, phase: HookPhase): Promise<StepOutcome<HookLedger>> {
  const failed = ledger.records.filter((record) => record.phase === phase && record.state === 'FAILED' && record.isGone !== true);
  if (failed.length === 0) return done(ledger);
  const looks = await inParallel(failed, ports.settings.maxCalls, (record) => reader.read(record, { metadataOnly: true, signal }));
  const gone = new Set<unknown>();
  for (const [at, look] of looks.entries()) {
    const record = failed[at];
    if (record === undefined) continue;
    if (!look.ok) return explainFailure(record.ref, { ...look.error, message: `${formatObjectRef(record.ref)}: ${look.error.message}` });
    if (look.value?.metadata.uid !== record.uid) gone.add(record);
  }
  if (gone.size === 0) return done(ledger);
  const { failure: _failure, ...rest } = ledger;
  return done({ ...rest, records: ledger.records.filter((record) => !gone.has(record)) });
}
