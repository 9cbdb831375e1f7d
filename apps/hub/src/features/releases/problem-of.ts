import { foreignLine } from '#kernel';
import type { SourceReadFailure } from '#domain';
import type { EvaluationProblem } from './evaluation-problem.js';

/** Paths and reasons are made of what stands in a commit. */
const MAX_PART = 500;

/** How a source that could not be read shows, and whether only another commit or revision makes a difference. Pure. */
export function problemOf(failure: SourceReadFailure): { readonly problem: EvaluationProblem; readonly isFinal: boolean } {
  const at = failure.path === '' ? 'the root of the repository' : foreignLine(failure.path, MAX_PART);
  switch (failure.code) {
    case 'PATH_NOT_FOUND':
      return { isFinal: true, problem: { reason: 'PATH_NOT_FOUND', message: `${at} does not exist in this commit.` } };
    case 'PATH_REFUSED':
      return { isFinal: true, problem: { reason: 'PATH_REFUSED', message: `${at}: ${foreignLine(failure.reason, MAX_PART)}.` } };
    case 'SOURCE_UNAVAILABLE':
      return { isFinal: false, problem: { reason: 'REPOSITORY_UNREACHABLE', message: `${at} could not be read now.` } };
  }
}
