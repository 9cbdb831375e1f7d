import { done, objectKey, openLedger } from '#domain';
import { awaitOlderHooks } from '../../hooks/await-hooks.js';
import { failRelease } from '../../hooks/fail-release.js';
import { ledgerOf, saveLedger } from '../../hooks/hook-ledger-of.js';
import { runHooks } from '../../hooks/run-hooks.js';
import { reached, type Checked, type Step } from '../step.js';

/**
 * Opens the ledger of the release's hooks, once those of the release before have ended, and runs what comes before the first object. A release whose hooks
 * have failed goes no further with this order. Costs nothing where a target has no hooks.
 */
export const openHooks: Step<Checked, Checked> = async (context, input) => {
  if (!input.areHooksDue) return done(input);
  const { runtime } = context;
  const before = ledgerOf(context);
  if (before !== undefined && before.contentKey !== input.contentKey) {
    const ended = await awaitOlderHooks(context);
    if (ended.kind !== 'done') return ended;
  }
  const current = ledgerOf(context);
  const { inventory } = runtime;
  if (inventory === undefined) throw new Error('no hook runs without an inventory');
  const ledger = openLedger(current, { contentKey: input.contentKey, order: input.order, isInstall: inventory.head.applied === undefined });
  const isAside = inventory.entries.some(({ ref }) => input.aside.has(objectKey(ref)));
  if (ledger !== current || isAside) {
    // What was kept so far and is a hook from now on must not be healed while it is run.
    const saved = await saveLedger(context, ledger, isAside ? inventory.entries.filter(({ ref }) => !input.aside.has(objectKey(ref))) : inventory.entries);
    if (saved.kind !== 'done') return saved;
    for (const key of input.aside) {
      runtime.sent.delete(key);
      runtime.observed.delete(key);
    }
    await reached(context, 'agent.hooks.after-open');
  }
  if (ledger.failure !== undefined && ledger.failure.reason !== 'WAVE_NOT_HEALTHY') return failRelease(context, input.hooks, ledger.failure);
  const ran = await runHooks(context, 'before', input.hooks);
  if (ran.kind !== 'done') return ran;
  return ran.value === undefined ? done(input) : failRelease(context, input.hooks, ran.value.failure);
};
