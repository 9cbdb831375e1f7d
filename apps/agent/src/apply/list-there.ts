import { objectKey, objectRefOf, type KubeObject } from '#domain';
import { inParallel } from './in-parallel.js';
import type { ObjectReader } from './object-reader.js';

export interface ListThereHow {
  readonly reader: ObjectReader;
  readonly maxCalls: number;
  readonly signal: AbortSignal;
}

/** What one look at everything of a kind in a namespace said. */
export interface There {
  /** Metadata of what is there, by object key. */
  readonly found: ReadonlyMap<string, KubeObject>;
  /** Keys of objects that are not there: the server listed everything, and they were not in it. */
  readonly absent: ReadonlySet<string>;
}

/** Fewer objects of one kind and namespace are asked for one by one. */
const WORTH_A_LIST = 50;
/** Where others have more than so many times as many objects beside ours, asking one by one costs less. */
const TIMES = 4;

/**
 * Looks at many objects of which nothing is known by listing all of their kind in their namespace: a page for each five hundred instead of a request
 * for each. A list that failed or would be too long says nothing of any of them. What nothing is said of has to be asked for by itself.
 */
export async function listThere(objects: readonly KubeObject[], how: ListThereHow): Promise<There> {
  const groups = Map.groupBy(objects, ({ apiVersion, kind, metadata }) => `${apiVersion}/${kind}@${metadata.namespace ?? ''}`);
  const found = new Map<string, KubeObject>();
  const absent = new Set<string>();
  await inParallel([...groups.values()].filter(({ length }) => length >= WORTH_A_LIST), how.maxCalls, async (group) => {
    const listed = await listKind(group, how);
    if (listed === undefined) return;
    for (const object of group) {
      const item = listed.get(object.metadata.name);
      const key = objectKey(objectRefOf(object));
      if (item === undefined) absent.add(key);
      else found.set(key, { ...item, apiVersion: object.apiVersion, kind: object.kind });
    }
  });
  return { found, absent };
}

async function listKind(group: readonly KubeObject[], { reader, signal }: ListThereHow): Promise<ReadonlyMap<string, KubeObject> | undefined> {
  const [first] = group;
  if (first === undefined) return undefined;
  const ref = objectRefOf(first);
  const resource = await reader.resolveAny({ ref, apiVersion: first.apiVersion }, signal);
  if (!resource.ok) return undefined;
  const where = ref.namespace === '' ? {} : { namespace: ref.namespace };
  const listed = await reader.asWhoMay(resource.value, (client) => client.list(resource.value, { ...where, metadataOnly: true, maxItems: TIMES * group.length, signal }));
  return listed.ok ? new Map(listed.value.items.map((item) => [item.metadata.name, item])) : undefined;
}
