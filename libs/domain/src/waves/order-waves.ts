import { objectKey, objectRefOf, type KubeObject, type ObjectRef } from '../object/kube-object.js';
import { PHASES, phaseOf, type Settle } from './kind-order.js';
import { waveOf } from './read-wave.js';

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
  const sorted = objects.map((object) => ({ object, ref: objectRefOf(object), number: waveOf(object.metadata) })).toSorted((a, b) => byKey(a.ref, b.ref));
  return numbersOf(sorted).flatMap((number) =>
    PHASES.map((phase, index) => ({
      number,
      name: phase.name,
      objects: sorted.filter((one) => one.number === number && phaseOf(one.ref) === index).map(({ object }) => object),
      settle: phase.settle,
    })).filter((wave) => wave.objects.length > 0),
  );
}

/**
 * The steps of a removal: the way of the waves in reverse, so that what others need goes last (a custom resource before the operator that
 * finalises it, a webhook before the pods behind it, a namespace at the very end).
 */
export function orderRemoval<T extends { readonly ref: ObjectRef; readonly wave?: number | undefined }>(items: readonly T[]): readonly (readonly T[])[] {
  const sorted = items.map((item) => ({ item, number: item.wave ?? 0 })).toSorted((a, b) => byKey(b.item.ref, a.item.ref));
  return numbersOf(sorted)
    .flatMap((number) => PHASES.map((_, index) => sorted.filter((one) => one.number === number && phaseOf(one.item.ref) === index).map(({ item }) => item)))
    .filter((step) => step.length > 0)
    .toReversed();
}

/** Ascending. Nearly always one. */
function numbersOf(items: readonly { readonly number: number }[]): readonly number[] {
  return [...new Set(items.map(({ number }) => number))].toSorted((a, b) => a - b);
}

function byKey(a: ObjectRef, b: ObjectRef): number {
  const [left, right] = [objectKey(a), objectKey(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
