import { parseGlobalId, type GlobalIdType } from '#domain';
import { ApiError } from '../access/index.js';

const MAX_IDS = 500;

/** The UUIDs of an optional list of global ids of one type. @throws ApiError BAD_REQUEST for one of another type, or too many */
export function parseIds(type: GlobalIdType, ids: readonly string[] | null | undefined): ReadonlySet<string> | undefined {
  if (ids === null || ids === undefined) return undefined;
  if (ids.length > MAX_IDS) throw new ApiError('BAD_REQUEST', `"ids" takes at most ${MAX_IDS} values.`);
  return new Set(ids.map((id) => parseGlobalId(type, id) ?? refuse(type)));
}

function refuse(type: GlobalIdType): never {
  throw new ApiError('BAD_REQUEST', `"ids" holds something that is no id of a ${type}.`);
}
