import { done, intendedEntry, objectKey, objectRefOf, orderHooks, orderWaves, parseApiVersion, recordOf, renderedScopes, wait, type Hook, type KubeObject } from '#domain';
import { ledgerOf } from '../../hooks/hook-ledger-of.js';
import { saveInventory } from '../save-inventory.js';
import { reached, type Checked, type Step, type StepContext } from '../step.js';
import { applyWaves } from './apply-waves.js';

/**
 * Applies of a release, ahead of its turn, what its hooks before the objects stand on and is not there yet: the namespace that one is in, the definition of
 * one's kind, and for hooks of charts every definition, as Helm does. The pass begins anew then, with these there. Nothing else is written before such a hook.
 */
export const applyGround: Step<Checked, Checked> = async (context, input) => {
  if (!input.areHooksDue || input.hooks.length === 0) return done(input);
  const { runtime } = context;
  const hooks = hooksToCome(context, input);
  const needed = hooks.length === 0 ? [] : input.toSend.filter((object) => !input.live.has(objectKey(objectRefOf(object))) && isGroundOf(object, hooks));
  if (needed.length === 0) return done(input);
  const { inventory, isPartial } = runtime;
  if (inventory === undefined) throw new Error('nothing is applied without an inventory');

  const keys = new Set(needed.map((object) => objectKey(objectRefOf(object))));
  const saved = await saveInventory(context, { ...inventory, entries: [...inventory.entries.filter(({ ref }) => !keys.has(objectKey(ref))), ...needed.map(intendedEntry)] });
  if (saved.kind !== 'done') return saved;
  await reached(context, 'agent.hooks.after-ground');
  const applied = await applyWaves(context, { ...input, hooks: [], toSend: needed, plan: { ...input.plan, waves: orderWaves(needed) } });
  // What was not there before takes nothing from what runs.
  runtime.isPartial = isPartial;
  return applied.kind === 'done' ? wait(0, 'APPLYING', 'what the hooks need is there') : applied;
};

function hooksToCome(context: StepContext, input: Checked): readonly Hook[] {
  const ledger = ledgerOf(context);
  const isSame = ledger?.contentKey === input.contentKey;
  const isInstall = isSame ? ledger.isInstall : context.runtime.inventory?.head.applied === undefined;
  return orderHooks(input.hooks, 'before', isInstall).flat().filter((hook) => !isSame || recordOf(ledger, 'before', hook) === undefined);
}

function isGroundOf(object: KubeObject, hooks: readonly Hook[]): boolean {
  const { group } = parseApiVersion(object.apiVersion);
  if (group === '' && object.kind === 'Namespace') return hooks.some((hook) => hook.object.metadata.namespace === object.metadata.name);
  const defined = renderedScopes([object]);
  return defined.size > 0 && hooks.some((hook) => hook.dialect === 'HELM' || defined.has(`${parseApiVersion(hook.object.apiVersion).group}/${hook.object.kind}`));
}
