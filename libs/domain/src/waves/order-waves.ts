import { objectKey, objectRefOf, type KubeObject, type ObjectRef } from '../object/kube-object.js';
import { PHASES, phaseOf, type Settle } from './kind-order.js';

/** Objects that may be applied together, once the wave before them has settled. */
export interface Wave {
  readonly name: string;
  readonly objects: readonly KubeObject[];
  readonly settle: Settle;
}

/** The waves of a render, without empty ones. The same set of objects gives the same waves, whatever its order. */
export function orderWaves(objects: readonly KubeObject[]): readonly Wave[] {
  const sorted = objects.map((object) => ({ object, ref: objectRefOf(object) })).toSorted((a, b) => byKey(a.ref, b.ref));
  return PHASES.map((phase, index) => ({
    name: phase.name,
    objects: sorted.filter(({ ref }) => phaseOf(ref) === index).map(({ object }) => object),
    settle: phase.settle,
  })).filter((wave) => wave.objects.length > 0);
}

/**
 * The steps of a removal: phases in reverse, so that what others need goes last (a custom resource before the operator that
 * finalises it, a webhook before the pods behind it, a namespace at the very end).
 */
export function orderRemoval<T extends { readonly ref: ObjectRef }>(items: readonly T[]): readonly (readonly T[])[] {
  const sorted = items.toSorted((a, b) => byKey(b.ref, a.ref));
  return PHASES.map((_, index) => sorted.filter(({ ref }) => phaseOf(ref) === index))
    .filter((step) => step.length > 0)
    .toReversed();
}

function byKey(a: ObjectRef, b: ObjectRef): number {
  const [left, right] = [objectKey(a), objectKey(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
