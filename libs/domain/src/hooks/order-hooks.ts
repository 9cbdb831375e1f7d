import { objectKey, objectRefOf } from '../object/kube-object.js';
import { phaseOf } from '../waves/kind-order.js';
import type { HookOccasion } from './hook-object.js';
import type { Hook, HookEvent } from './hook.types.js';

/** The event that a phase of a pass is. */
export function eventOf(phase: HookOccasion, isInstall: boolean): HookEvent {
  switch (phase) {
    case 'before':
      return isInstall ? 'before-install' : 'before-upgrade';
    case 'after':
      return isInstall ? 'after-install' : 'after-upgrade';
    default:
      return phase;
  }
}

/**
 * The hooks of one phase in the order in which they run: by wave, then by the order of kinds, then by name. Hooks of one step run at once; Helm's
 * run one at a time, as Helm runs them. The same set of hooks gives the same steps, whatever its order. Pure.
 */
export function orderHooks(hooks: readonly Hook[], phase: HookOccasion, isInstall: boolean): readonly (readonly Hook[])[] {
  const event = eventOf(phase, isInstall);
  const due = hooks
    .filter(({ events }) => events.has(event))
    .map((hook) => ({ hook, ref: objectRefOf(hook.object) }))
    .map(({ hook, ref }) => ({ hook, kind: phaseOf(ref), key: objectKey(ref) }))
    .toSorted((a, b) => a.hook.wave - b.hook.wave || a.kind - b.kind || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const steps: { readonly kind: number; readonly hooks: Hook[] }[] = [];
  for (const { hook, kind } of due) {
    const last = steps.at(-1);
    const [first] = last?.hooks ?? [];
    const isBeside = last?.kind === kind && first?.wave === hook.wave && first.dialect !== 'HELM' && hook.dialect !== 'HELM';
    if (isBeside) last?.hooks.push(hook);
    else steps.push({ kind, hooks: [hook] });
  }
  return steps.map((step) => step.hooks);
}
