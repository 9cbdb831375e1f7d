import { done, orderHooks, recordOf } from '#domain';
import { failRelease } from '../../hooks/fail-release.js';
import { ledgerOf } from '../../hooks/hook-ledger-of.js';
import { runHooks } from '../../hooks/run-hooks.js';
import { gateWave } from '../gate-wave.js';
import type { Step } from '../step.js';
import type { Pruned } from './prune-objects.js';

/**
 * Runs what comes after the last object. Our own hooks and Argo CD's wait until all of the release is healthy; Helm's do not, as they do not with
 * Helm, where such a hook may be what makes the release healthy.
 */
export const runAfterHooks: Step<Pruned, Pruned> = async (context, input) => {
  const ledger = ledgerOf(context);
  if (!input.areHooksDue || ledger === undefined) return done(input);
  const due = orderHooks(input.hooks, 'after', ledger.isInstall).flat();
  if (due.some((hook) => hook.dialect !== 'HELM' && recordOf(ledger, 'after', hook) === undefined)) {
    const healthy = await gateWave(context, input, Number.POSITIVE_INFINITY);
    if (healthy.kind !== 'done') return healthy;
  }
  const ran = await runHooks(context, 'after', input.hooks);
  if (ran.kind !== 'done') return ran;
  return ran.value === undefined ? done(input) : failRelease(context, input.hooks, ran.value.failure);
};
