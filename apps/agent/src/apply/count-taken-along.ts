import { err, ok, type Result } from '#kernel';
import { fieldOf, isDefinitionEntry, isNamespaceEntry, listOf, objectKey, textOf, type KubeObject, type LiveEntry, type TakenAlong } from '#domain';
import type { KubeFailure } from '#kube';
import { inParallel } from './in-parallel.js';
import type { ObjectReader } from './object-reader.js';

const PAGE_SIZE = 500;
/** A definition with more objects is said to have this many; a plan of that size is looked at for its number, not for its names. */
const MAX_COUNTED = 20_000;
const AT_ONCE = 4;

export interface CountHow {
  readonly reader: ObjectReader;
  /** How many objects other applications have in a namespace. */
  readonly othersIn: (namespace: string) => number;
  readonly signal: AbortSignal;
}

/**
 * For each definition among the entries, how many live objects of its kind go with it: those that are not on their way out already and are not
 * removed by name in the same plan. A kind that cannot be listed (its conversion webhook is down, say) is UNKNOWN, never none. For each namespace, how
 * many objects of other applications go with it.
 */
export async function countTakenAlong(entries: readonly LiveEntry[], { reader, othersIn, signal }: CountHow): Promise<ReadonlyMap<string, TakenAlong>> {
  const named = new Set(entries.map(({ uid }) => uid));
  const counted = await inParallel(entries.filter(isDefinitionEntry), AT_ONCE, async (entry) => [objectKey(entry.ref), await countOf(entry, named, reader, signal)] as const);
  return new Map([...counted, ...entries.filter(isNamespaceEntry).map(({ ref }) => [objectKey(ref), othersIn(ref.name)] as const)]);
}

async function countOf(entry: LiveEntry, named: ReadonlySet<string>, reader: ObjectReader, signal: AbortSignal): Promise<TakenAlong> {
  const definition = await reader.read(entry, { signal });
  if (!definition.ok) return 'UNKNOWN';
  if (definition.value === undefined) return 0;
  const counted = await countObjects(definition.value, named, reader, signal);
  return counted.ok ? counted.value : 'UNKNOWN';
}

async function countObjects(definition: KubeObject, named: ReadonlySet<string>, reader: ObjectReader, signal: AbortSignal): Promise<Result<number, KubeFailure>> {
  const group = textOf(definition, 'spec', 'group') ?? '';
  const kind = textOf(definition, 'spec', 'names', 'kind') ?? '';
  const versions = listOf(definition, 'spec', 'versions').filter((version) => fieldOf(version, 'served') === true);
  // Objects read in the version in which they are stored need no conversion, whose webhook may be gone.
  const version = textOf(versions.find((one) => fieldOf(one, 'storage') === true) ?? versions[0], 'name');
  if (version === undefined) return err({ code: 'KIND_NOT_FOUND', httpStatus: 0, message: 'no version of it is served' });
  const resource = await reader.resolve({ ref: { group, kind, namespace: '', name: '' }, apiVersion: `${group}/${version}` }, signal);
  if (!resource.ok) return resource;
  return reader.asWhoMay(resource.value, async (client) => {
    let count = 0;
    for await (const page of client.pages(resource.value, { metadataOnly: true, pageSize: PAGE_SIZE, signal })) {
      if (!page.ok) return err(page.error);
      count += page.value.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined && !named.has(metadata.uid ?? '')).length;
      if (page.value.isLast || count >= MAX_COUNTED) return ok(Math.min(count, MAX_COUNTED));
    }
    return err({ code: 'TRUNCATED_RESPONSE', httpStatus: 0, message: 'the list did not come to its end' });
  });
}
