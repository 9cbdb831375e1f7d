import { err, ok, type Result } from '#kernel';
import { sayAnnotationFault, type AnnotationFault } from '../object/annotation-fault.js';
import { objectKey, objectRefOf, type KubeObject } from '../object/kube-object.js';
import { readWave } from '../waves/read-wave.js';
import type { Hook } from './hook.types.js';
import { readHook } from './read-hook.js';

/** A render taken apart. */
export interface SortedOut {
  /** What is kept in the cluster: applied, tracked, healed. */
  readonly objects: readonly KubeObject[];
  /** What is run at its time. */
  readonly hooks: readonly Hook[];
  /** Keys of every hook, also of those that are never run (tests, Jobs of gates, skipped ones): none of them is tracked, and none of them is pruned. */
  readonly aside: ReadonlySet<string>;
}

export interface NotOrdered {
  readonly code: 'INVALID_OBJECT';
  /** Names the object and the annotation, and what it may say. */
  readonly message: string;
}

export const MAX_HOOKS = 100;

/** Objects and hooks of a render apart; whatever cannot be read refuses the whole. Pure. */
export function sortOutHooks(rendered: readonly KubeObject[]): Result<SortedOut, NotOrdered> {
  const objects: KubeObject[] = [];
  const hooks: Hook[] = [];
  const aside = new Set<string>();
  for (const object of rendered) {
    if (object.metadata.annotations === undefined) {
      objects.push(object);
      continue;
    }
    const hook = readHook(object);
    if (!hook.ok) return refuse(object, hook.error);
    if (hook.value === undefined) {
      const wave = readWave(object.metadata, false);
      if (!wave.ok) return refuse(object, wave.error);
      objects.push(object);
      continue;
    }
    aside.add(objectKey(objectRefOf(object)));
    if ([...hook.value.events].some((event) => event !== 'test' && event !== 'gate')) hooks.push(hook.value);
  }
  if (hooks.length > MAX_HOOKS) return err({ code: 'INVALID_OBJECT', message: `the release has ${hooks.length} hooks, and ${MAX_HOOKS} are the most: one Job may run several steps` });
  return ok({ objects, hooks, aside });
}

function refuse(object: KubeObject, fault: AnnotationFault): Result<never, NotOrdered> {
  return err({ code: 'INVALID_OBJECT', message: sayAnnotationFault(object, fault) });
}

/** The test hooks of a render, to be run on demand: no release applies them. One that does not read is left out. */
export function testHooks(rendered: readonly KubeObject[]): readonly Hook[] {
  return rendered.flatMap((object) => {
    const hook = readHook(object);
    return hook.ok && hook.value?.events.has('test') === true ? [hook.value] : [];
  });
}
