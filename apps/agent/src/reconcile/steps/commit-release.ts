import { done, objectKey, objectRefOf, type HookLedger } from '#domain';
import { clearLeftovers } from '../../hooks/clear-hooks.js';
import { saveInventory } from '../save-inventory.js';
import { explainStateFailure, reached, type Step } from '../step.js';
import type { Pruned } from './prune-objects.js';

/** The release is applied whole: from here on it is the last good one. Content that nobody needs any more goes after that. */
export const commitRelease: Step<Pruned, Pruned> = async (context, input) => {
  const { runtime, ports, signal } = context;
  if (runtime.inventory === undefined) throw new Error('nothing is committed without an inventory');
  const { release } = input.order;
  const hasRemovalHooks = input.hooks.some(({ events }) => events.has('before-removal') || events.has('after-removal'));
  const applied = { release: release.id, commit: release.commit, contentKey: input.contentKey, renderDigest: input.content.renderDigest, ...(hasRemovalHooks ? { removalHooksIn: release.namespace } : {}) };
  const isNew = runtime.inventory.head.applied?.contentKey !== input.contentKey;
  const saved = await saveInventory(context, { ...runtime.inventory, head: { ...runtime.inventory.head, applied, ...closed(runtime.inventory.head.hooks) } });
  if (saved.kind !== 'done') return saved;
  await reached(context, 'agent.commit.after-head');

  runtime.isPartial = false;
  const declared = new Map(input.objects.map((object) => [objectKey(objectRefOf(object)), object]));
  for (const [key, object] of declared) runtime.sent.set(key, object);
  for (const key of runtime.sent.keys()) if (!declared.has(key)) runtime.sent.delete(key);
  for (const key of runtime.lastApplies.keys()) if (!declared.has(key)) runtime.lastApplies.delete(key);
  runtime.notices.keepOnly(declared);
  // What a field was left to (an autoscaler) may have gone with this very release.
  for (const [key, { kept }] of runtime.lastApplies) if (kept.length > 0) runtime.touched.add(key);
  for (const key of runtime.contested.keys()) if (!declared.has(key)) runtime.contested.delete(key);
  for (const key of runtime.observed.keys()) if (!declared.has(key)) runtime.observed.delete(key);
  if (isNew) {
    const retained = await ports.content.retain(runtime.target, [input.contentKey], signal);
    if (!retained.ok) return explainStateFailure(retained.error);
    await reached(context, 'agent.commit.after-retain');
  }
  const cleared = await clearLeftovers(context);
  return cleared.kind === 'done' ? done(input) : cleared;
};

function closed(ledger: HookLedger | undefined): { readonly hooks?: HookLedger } {
  if (ledger === undefined) return {};
  return { hooks: ledger.isOver ? ledger : { ...ledger, isOver: true } };
}
