import type { PinnedSource, SourceState } from './further-sources.store.js';
import type { EvaluationProblem } from './evaluation-problem.js';

export type FurtherVerdict =
  | { readonly kind: 'FOUND'; readonly pinned: readonly PinnedSource[] }
  | { readonly kind: 'PROBLEM'; readonly problem: EvaluationProblem }
  | { readonly kind: 'WAITS' };

/** All further sources of an application, or why it is not released: the first that is in trouble, else one that was not looked at yet. Pure. */
export function judgeFurtherSources(sources: readonly SourceState[]): FurtherVerdict {
  const failed = sources.find((one) => one.kind === 'PROBLEM');
  if (failed !== undefined) return { kind: 'PROBLEM', problem: { reason: failed.problem.reason, message: `Source ${failed.name}: ${failed.problem.message}` } };
  const pinned = sources.flatMap((one) => (one.kind === 'FOUND' ? [one.pinned] : []));
  return pinned.length === sources.length ? { kind: 'FOUND', pinned } : { kind: 'WAITS' };
}
