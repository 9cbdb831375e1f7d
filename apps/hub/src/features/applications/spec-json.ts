import type { JsonObject } from '#kernel';
import { patchSpecJson, selectorJson, strategyJson, type ApplicationSpec } from '#domain';

/** A specification as JSON, member by member: what is stored, compared and put into audit digests. */
export function specJson({ source, sources, parameters, substitute, selector, namespace, sync, strategy, patches, dependsOn, promoteFrom, health }: ApplicationSpec): JsonObject {
  const { helm, ...rest } = source;
  const { ignore, ...policy } = sync;
  return {
    source: { ...rest, ...(helm === undefined ? {} : { helm: { ...helm } }) }, parameters, substitute, namespace, strategy: strategyJson(strategy), selector: selectorJson(selector),
    sync: { ...policy, ...(ignore === undefined ? {} : { ignore: ignore.map((rule) => ({ ...rule })) }) },
    ...(sources === undefined ? {} : { sources: sources.map((one) => ({ ...one })) }),
    ...(patches === undefined ? {} : { patches: patches.map(patchSpecJson) }), ...(dependsOn === undefined ? {} : { dependsOn }), ...(promoteFrom === undefined ? {} : { promoteFrom: { ...promoteFrom } }), ...(health === undefined ? {} : { health: health.map((rule) => ({ ...rule })) }),
  };
}
