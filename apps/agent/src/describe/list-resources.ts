import { err, ok, type Clock, type Result } from '#kernel';
import {
  arrangeTree, kindsBelow, mayOwnCustomKinds, parseApiVersion, treeObjectOf,
  type InventoryEntry, type ListedKind, type OwnerRef, type ResourceTree, type TreeObject, type TreeRoot, type UnreadKind,
} from '#domain';
import type { KubeFailure } from '#kube';
import type { ObjectReader } from '../apply/object-reader.js';
import type { ObservedObject } from '../reconcile/target-runtime.js';

export interface ListResourcesDeps {
  readonly reader: ObjectReader;
  readonly clock: Clock;
}

/** Objects per request: a page is reduced to what a tree keeps before the next one comes. */
const PAGE_SIZE = 100;
/** Objects of one tree that are looked at, whoever owns them. */
const MAX_LOOKED_AT = 10_000;
/** Owners of unknown kinds that are read one by one. */
const MAX_CLIMBS = 100;

/**
 * What a target consists of now: its inventory, and down from it by owner references. Lists the kinds that can be below, in the namespaces where
 * something of the inventory can own them, and keeps nothing. What could not be read is said and is never taken for absent.
 */
export async function listResources(deps: ListResourcesDeps, entries: readonly InventoryEntry[], observed: ReadonlyMap<string, ObservedObject>, signal: AbortSignal): Promise<ResourceTree> {
  const search = new Search(deps, signal);
  for (const [namespace, { kinds, isCustom }] of placesOf(entries)) {
    for (const kind of kinds.values()) await search.list(namespace, kind);
    if (isCustom) await search.climb(namespace);
  }
  const { nodes, isTruncated } = arrangeTree(entries.map((entry) => rootOf(entry, observed)), search.found);
  return { nodes, isTruncated: isTruncated || search.isTruncated, unread: search.unread };
}

/** Where to look for what. */
function placesOf(entries: readonly InventoryEntry[]): ReadonlyMap<string, { readonly kinds: Map<string, ListedKind>; isCustom: boolean }> {
  const places = new Map<string, { kinds: Map<string, ListedKind>; isCustom: boolean }>();
  for (const { ref } of entries) {
    const below = kindsBelow(ref);
    if (below.length === 0) continue;
    const place = places.get(ref.namespace) ?? { kinds: new Map(), isCustom: false };
    for (const kind of below) place.kinds.set(`${kind.group}/${kind.kind}`, kind);
    place.isCustom ||= mayOwnCustomKinds(ref);
    places.set(ref.namespace, place);
  }
  return places;
}

function rootOf(entry: InventoryEntry, observed: ReadonlyMap<string, ObservedObject>): TreeRoot {
  const { group, kind, namespace, name } = entry.ref;
  const seen = observed.get(`${group}/${kind}/${namespace}/${name}`);
  const isThere = entry.state === 'LIVE' && seen?.health !== 'MISSING';
  return { ref: entry.ref, uid: isThere ? entry.uid : undefined, health: seen?.health ?? 'UNKNOWN', message: seen?.message ?? '' };
}

class Search {
  readonly found: TreeObject[] = [];
  readonly unread: UnreadKind[] = [];
  isTruncated = false;
  #climbs = 0;

  constructor(
    private readonly deps: ListResourcesDeps,
    private readonly signal: AbortSignal,
  ) {}

  async list(namespace: string, { group, kind, apiVersion }: ListedKind): Promise<void> {
    const { reader } = this.deps;
    const resource = await reader.resolve({ ref: { group, kind, namespace, name: '' }, apiVersion }, this.signal);
    const listed = resource.ok
      ? await reader.asWhoMay(resource.value, async (client): Promise<Result<readonly TreeObject[], KubeFailure>> => {
          const found: TreeObject[] = [];
          for await (const page of client.pages(resource.value, { namespace, pageSize: PAGE_SIZE, signal: this.signal })) {
            if (!page.ok) return err(page.error);
            for (const item of page.value.items) found.push(...this.keep(item));
            this.isTruncated ||= this.found.length + found.length >= MAX_LOOKED_AT;
            if (page.value.isLast || this.isTruncated) break;
          }
          return ok(found);
        })
      : resource;
    if (listed.ok) this.found.push(...listed.value);
    else this.unread.push({ group, kind, namespace, reason: listed.error.code });
  }

  /** Reads owners that no list has brought, such as those of custom kinds between an object of the inventory and its pods. */
  async climb(namespace: string): Promise<void> {
    const known = new Set(this.found.map(({ uid }) => uid));
    let missing = this.missingOwners(known);
    while (missing.length > 0) {
      const brought: TreeObject[] = [];
      for (const owner of missing) {
        known.add(owner.uid);
        if (this.#climbs >= MAX_CLIMBS) {
          this.isTruncated = true;
          return;
        }
        this.#climbs += 1;
        brought.push(...(await this.readOwner(namespace, owner)));
      }
      this.found.push(...brought);
      missing = this.missingOwners(known);
    }
  }

  private missingOwners(known: ReadonlySet<string>): readonly OwnerRef[] {
    const owners = new Map(this.found.flatMap((object) => object.owners.map((owner) => [owner.uid, owner] as const)));
    return [...owners.values()].filter(({ uid, kind }) => !known.has(uid) && kind !== 'Secret');
  }

  private async readOwner(namespace: string, { uid, apiVersion, kind, name }: OwnerRef): Promise<readonly TreeObject[]> {
    const { group } = parseApiVersion(apiVersion);
    const read = await this.deps.reader.read({ ref: { group, kind, namespace, name }, apiVersion }, { signal: this.signal });
    if (!read.ok) {
      this.unread.push({ group, kind, namespace, reason: read.error.code });
      return [];
    }
    return read.value?.metadata.uid === uid ? this.keep(read.value) : [];
  }

  private keep(object: Parameters<typeof treeObjectOf>[0]): readonly TreeObject[] {
    const kept = treeObjectOf(object, this.deps.clock.now());
    return kept === undefined ? [] : [kept];
  }
}
