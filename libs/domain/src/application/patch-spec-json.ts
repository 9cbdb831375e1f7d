import type { JsonObject } from '#kernel';
import { selectorJson } from '../selector/selector-json.js';
import type { PatchSpec } from './patch-spec.js';

/** A patch as it is stored and put into digests. */
export function patchSpecJson({ target, patch, clusters }: PatchSpec): JsonObject {
  return { target: { ...target }, patch, ...(clusters === undefined ? {} : { clusters: selectorJson(clusters) }) };
}
