import { objectKey, objectRefOf, type KubeObject, type ObjectRef } from '../object/kube-object.js';
import { PHASES, phaseOf, type Phase, type Settle } from './kind-order.js';
import { waveOf } from './read-wave.js';

const LAST_PHASE: Phase = { name: 'custom resources', settle: 'none', kinds: [] };

/** Objects that may be applied together, once those before them have settled, and are healthy where their number is lower. */
export interface Wave {
  /** As the author numbered it; 0 where nobody did. */
  readonly number: number;
  readonly name: string;
  readonly objects: readonly KubeObject[];
  readonly settle: Settle;
}

/** The waves of a render, without empty ones: by number, then by the order of kinds. The same set of objects gives the same waves, whatever its order. */
export function orderWaves(objects: readonly KubeObject[]): readonly Wave[] {
  return inSteps(objects.map((object) => place(object, objectRefOf(object), waveOf(object.metadata)))).map(({ number, phase, items }) => {
    const { name, settle } = PHASES[phase] ?? LAST_PHASE;
    return { number, name, objects: items, settle };
  });
}

/**
 * The steps of a removal: the way of the waves in reverse, so that what others need goes last (a custom resource before the operator that
 * finalises it, a webhook before the pods behind it, a namespace at the very end).
 */
export function orderRemoval<T extends { readonly ref: ObjectRef; readonly wave?: number | undefined }>(items: readonly T[]): readonly (readonly T[])[] {
  return inSteps(items.map((item) => place(item, item.ref, item.wave ?? 0)))
    .map((step) => step.items.toReversed())
    .toReversed();
}

interface Placed<T> {
  readonly item: T;
  readonly number: number;
  /** Index into PHASES. */
  readonly phase: number;
  readonly key: string;
}

function place<T>(item: T, ref: ObjectRef, number: number): Placed<T> {
  return { item, number, phase: phaseOf(ref), key: objectKey(ref) };
}

/** One step for each number and phase that has something, in the order of applying. */
function inSteps<T>(placed: readonly Placed<T>[]): readonly { readonly number: number; readonly phase: number; readonly items: readonly T[] }[] {
  const steps: { readonly number: number; readonly phase: number; readonly items: T[] }[] = [];
  for (const { item, number, phase } of placed.toSorted((a, b) => a.number - b.number || a.phase - b.phase || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
    const last = steps.at(-1);
    if (last?.number === number && last.phase === phase) last.items.push(item);
    else steps.push({ number, phase, items: [item] });
  }
  return steps;
}
