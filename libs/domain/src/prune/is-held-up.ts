/** Finalizers that Kubernetes itself works off: with one of them alone an object is on its way. */
const OWN_WORK: ReadonlySet<string> = new Set(['customresourcecleanup.apiextensions.k8s.io', 'foregroundDeletion', 'orphan']);
/** How long that work may take before it is told of as something that holds. */
const OWN_WORK_MS = 30_000;

/**
 * Whether something keeps a deleted object from going.
 *
 * @param leavingForMs undefined: nobody has deleted it yet
 */
export function isHeldUp(finalizers: readonly string[], leavingForMs: number | undefined): boolean {
  const isAtWork = leavingForMs === undefined || leavingForMs < OWN_WORK_MS;
  return finalizers.some((finalizer) => !(isAtWork && OWN_WORK.has(finalizer)));
}
