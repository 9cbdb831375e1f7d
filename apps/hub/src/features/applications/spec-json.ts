import type { Json, JsonObject } from '#kernel';
import type { ApplicationSpec } from '#domain';

/** A specification as JSON, member by member: what is stored, compared and put into audit digests. */
export function specJson({ source, parameters, substitute, selector, namespace, sync, strategy }: ApplicationSpec): JsonObject {
  const { helm, ...rest } = source;
  return {
    source: { ...rest, ...(helm === undefined ? {} : { helm: { ...helm } }) }, parameters, substitute, namespace, sync: { ...sync }, strategy: { ...strategy },
    selector: { all: selector.all, matchLabels: selector.matchLabels, matchExpressions: selector.matchExpressions.map((expression): Json => ({ ...expression })) },
  };
}
