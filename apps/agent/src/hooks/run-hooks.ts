import { done, intendHook, orderHooks, recordOf, stalled, withRecords, type Hook, type HookFailure, type HookLedger, type HookPhase, type StepOutcome } from '#domain';
import { inParallel } from '../apply/in-parallel.js';
import { reached, type StepContext } from '../reconcile/step.js';
import { awaitHooks, sayHook } from './await-hooks.js';
import { clearHooks } from './clear-hooks.js';
import { ledgerOf, saveLedger } from './hook-ledger-of.js';
import { progressHook, type Progress } from './progress-hook.js';

/** Hooks have failed: the release has, in a way that trying again does not change. */
export interface HooksFailed {
  readonly failure: HookFailure;
}

/**
 * Runs the hooks of one phase, step after step, each once. Never waits for one: while some run the answer is `wait`, and news of them, or
 * their deadline, bring the next pass. Done when all have succeeded, and what their policies say is deleted.
 */
export async function runHooks(context: StepContext, phase: HookPhase, hooks: readonly Hook[]): Promise<StepOutcome<HooksFailed | undefined>> {
  const ledger = ledgerOf(context);
  if (ledger === undefined) throw new Error('no hook runs without a ledger');
  const steps = orderHooks(hooks, phase, ledger.isInstall);
  for (const step of steps) {
    const outcome = await runStep(context, phase, step);
    if (outcome.kind !== 'done') return outcome;
    if (outcome.value === undefined) continue;
    const cleared = await clearHooks(context, phase, steps.flat());
    return cleared.kind === 'done' ? outcome : cleared;
  }
  const cleared = await clearHooks(context, phase, steps.flat());
  return cleared.kind === 'done' ? done(undefined) : cleared;
}

async function runStep(context: StepContext, phase: HookPhase, step: readonly Hook[]): Promise<StepOutcome<HooksFailed | undefined>> {
  const intended = await intend(context, phase, step);
  if (intended.kind !== 'done') return intended;
  const ledger = intended.value;
  const known = step.flatMap((hook) => {
    const record = recordOf(ledger, phase, hook);
    return record === undefined ? [] : [{ hook, record }];
  });
  const failed = known.find(({ record }) => record.state === 'FAILED');
  if (failed !== undefined) return done({ failure: (phase === 'on-failure' ? undefined : ledger.failure) ?? sayFailure({ record: failed.record, message: 'it failed', isTimedOut: false }) });
  const open = known.filter(({ record }) => record.state === 'INTENDED' || record.state === 'RUNNING');
  if (open.length === 0) return done(undefined);

  const outcomes = await inParallel(open, context.ports.settings.maxCalls, ({ hook, record }) => progressHook(context, hook, record));
  const progress = outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.value] : []));
  const changed = progress.filter(({ record }) => !open.some((before) => before.record === record)).map(({ record }) => record);
  const refused = outcomes.find(({ kind }) => kind === 'stalled') ?? outcomes.find(({ kind }) => kind === 'wait');
  const lost = progress.find(({ record }) => record.state === 'FAILED');
  if (changed.length > 0) {
    const next = withRecords(ledger, changed);
    const saved = await saveLedger(context, lost === undefined || phase === 'on-failure' ? next : { ...next, failure: sayFailure(lost) });
    if (saved.kind !== 'done') return saved;
    await reached(context, 'agent.hooks.after-record');
  }
  if (lost !== undefined) return done({ failure: sayFailure(lost) });
  if (refused !== undefined && refused.kind !== 'done') return refused;
  const running = progress.filter(({ record }) => record.state !== 'SUCCEEDED');
  return running.length === 0 ? done(undefined) : awaitHooks(context, running);
}

async function intend(context: StepContext, phase: HookPhase, step: readonly Hook[]): Promise<StepOutcome<HookLedger>> {
  const ledger = ledgerOf(context);
  if (ledger === undefined) throw new Error('no hook runs without a ledger');
  const missing = step.filter((hook) => recordOf(ledger, phase, hook) === undefined);
  if (missing.length === 0) return done(ledger);
  const next = withRecords(ledger, missing.map((hook) => intendHook(hook, phase, ledger.run, context.ports.clock.now())));
  const saved = await saveLedger(context, next);
  if (saved.kind !== 'done') return saved;
  await reached(context, 'agent.hooks.after-intent');
  return done(next);
}

function sayFailure({ record, message, isTimedOut }: Progress): HookFailure {
  return { reason: isTimedOut ? 'HOOK_TIMED_OUT' : 'HOOK_FAILED', message: `${sayHook(record)}: ${message}` };
}

/** The outcome of a phase that failed where no release can fail with it. */
export function stalledBy({ failure }: HooksFailed): StepOutcome<never> {
  return stalled(failure.reason, failure.message);
}
