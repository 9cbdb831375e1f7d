import { ok, type Result } from '#kernel';
import { objectKey, objectRefOf, TARGET_LABEL, targetLabelValue, type KubeObject } from '#domain';
import type { KubeFailure } from '#kube';
import { inParallel } from './in-parallel.js';
import type { ObjectReader } from './object-reader.js';

export interface ListOursHow {
  readonly reader: ObjectReader;
  /** Value of the owner annotation. */
  readonly owner: string;
  readonly maxCalls: number;
  readonly signal: AbortSignal;
}

/** Fewer objects of one kind and namespace are asked for one by one: a list makes the server walk through all that others have there too. */
const WORTH_A_LIST = 5;

/**
 * Metadata of those objects that carry the owner's label, by object key, without who manages which field, which is most of it and not asked of what is ours: one request for all of a kind in a namespace instead of one each.
 * What is not in the answer may be there all the same, without our label or because a list failed: only a look at the object itself tells.
 */
export async function listOurs(objects: readonly KubeObject[], how: ListOursHow): Promise<ReadonlyMap<string, KubeObject>> {
  const groups = Map.groupBy(objects, ({ apiVersion, kind, metadata }) => `${apiVersion}/${kind}@${metadata.namespace ?? ''}`);
  const found = new Map<string, KubeObject>();
  await inParallel([...groups.values()].filter(({ length }) => length >= WORTH_A_LIST), how.maxCalls, async (group) => {
    const [first] = group;
    if (first === undefined) return;
    for (const item of await listKind(first, how)) {
      const ref = { ...objectRefOf(first), namespace: item.metadata.namespace ?? '', name: item.metadata.name };
      found.set(objectKey(ref), { ...item, apiVersion: first.apiVersion, kind: first.kind });
    }
  });
  return found;
}

async function listKind(object: KubeObject, { reader, owner, signal }: ListOursHow): Promise<readonly KubeObject[]> {
  const ref = objectRefOf(object);
  const resource = await reader.resolveAny({ ref, apiVersion: object.apiVersion }, signal);
  if (!resource.ok) return [];
  const where = ref.namespace === '' ? {} : { namespace: ref.namespace };
  const options = { ...where, labelSelector: `${TARGET_LABEL}=${targetLabelValue(owner)}`, metadataOnly: true, signal };
  const items: KubeObject[] = [];
  await reader.asWhoMay(resource.value, async (client): Promise<Result<void, KubeFailure>> => {
    for await (const page of client.pages(resource.value, options)) {
      if (!page.ok) return page;
      items.push(...page.value.items.map(({ metadata: { managedFields: _, ...metadata }, ...item }) => ({ ...item, metadata })));
    }
    return ok(undefined);
  });
  return items;
}
