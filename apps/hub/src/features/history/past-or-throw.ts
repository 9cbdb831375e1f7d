import { assertNever, type Result } from '#kernel';
import { ApiError } from '../../platform/api/index.js';
import type { PastFailure } from './past-targets.read-model.js';

/** What was found of a moment, or an answer that names the moments that can be asked for. @throws ApiError HISTORY_NOT_KEPT, BAD_REQUEST */
export function pastOrThrow<T>(result: Result<T, PastFailure>): T {
  if (result.ok) return result.value;
  switch (result.error.code) {
    case 'NOT_KEPT':
      throw new ApiError('HISTORY_NOT_KEPT', `What was before ${result.error.since.toISOString()} is no longer kept: ask for a moment from then on. CAPSTAN_HISTORY_RETENTION of the hub says how long it is kept.`);
    case 'IN_FUTURE':
      throw new ApiError('BAD_REQUEST', `"at" has not come yet: for the hub it is ${result.error.now.toISOString()}.`);
    default:
      return assertNever(result.error);
  }
}
