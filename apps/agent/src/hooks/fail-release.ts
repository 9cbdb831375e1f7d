import { stalled, type Hook, type HookFailure, type StepOutcome } from '#domain';
import type { StepContext } from '../reconcile/step.js';
import { ledgerOf, saveLedger } from './hook-ledger-of.js';
import { runHooks } from './run-hooks.js';

/**
 * The release has failed: that is durable, its on-failure hooks run, once, and the answer says both. It stays so for this order; a newer one tries
 * again what had not succeeded.
 */
export async function failRelease(context: StepContext, hooks: readonly Hook[], failure: HookFailure): Promise<StepOutcome<never>> {
  const ledger = ledgerOf(context);
  if (ledger === undefined) return stalled(failure.reason, failure.message);
  if (ledger.failure?.reason !== failure.reason || ledger.failure.message !== failure.message) {
    const saved = await saveLedger(context, { ...ledger, failure });
    if (saved.kind !== 'done') return saved;
  }
  const after = await runHooks(context, 'on-failure', hooks);
  const said = after.kind === 'done' ? after.value?.failure.message : after.why.message;
  return stalled(failure.reason, `${failure.message}${said === undefined ? '' : `; ${said}`}`);
}
