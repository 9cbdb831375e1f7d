import { OWNER_ANNOTATION } from '#domain';
import type { AuditEntry } from '#testing';

interface Applied {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}

/** The size of the largest CustomResourceDefinition that was written for each application, as JSON, in kB. */
export function largestDefinitions(writes: readonly AuditEntry[]): ReadonlyMap<string, number> {
  const largest = new Map<string, number>();
  for (const { resource, requestObject } of writes) {
    if (resource !== 'customresourcedefinitions') continue;
    const text = JSON.stringify(requestObject);
    const { metadata }: Applied = JSON.parse(text);
    const application = metadata?.annotations?.[OWNER_ANNOTATION]?.split('/').at(-1) ?? '';
    largest.set(application, Math.max(largest.get(application) ?? 0, Math.round(text.length / 1000)));
  }
  return largest;
}
