import { ok, type Result } from '#kernel';
import { objectKey, objectRefOf, ownersOf, parseApiVersion, type InventoryEntry, type KubeObject, type ObjectRef } from '#domain';
import type { KubeFailure } from '#kube';
import type { ObjectReader } from '../apply/object-reader.js';

/** What a target's inventory holds under a key. */
export type EntryOf = (key: string) => InventoryEntry | undefined;

/** Owners that are looked at between an object and the inventory. */
const MAX_OWNERS = 8;

/** Whether an object is one of the inventory, or is owned by one through any number of owners, all by UID. Of owners only metadata is read. */
export async function belongsToTarget(reader: ObjectReader, entryOf: EntryOf, object: KubeObject, signal: AbortSignal): Promise<Result<boolean, KubeFailure>> {
  const isInInventory = (ref: ObjectRef, uid: string | undefined): boolean => {
    const found = entryOf(objectKey(ref));
    return uid !== undefined && found?.state === 'LIVE' && found.uid === uid;
  };
  if (isInInventory(objectRefOf(object), object.metadata.uid)) return ok(true);
  const waiting = [...ownersOf(object)];
  for (let looked = 0; looked < MAX_OWNERS; looked += 1) {
    const owner = waiting.shift();
    if (owner === undefined) return ok(false);
    const ref = { group: parseApiVersion(owner.apiVersion).group, kind: owner.kind, namespace: object.metadata.namespace ?? '', name: owner.name };
    if (isInInventory(ref, owner.uid)) return ok(true);
    const read = await reader.read({ ref, apiVersion: owner.apiVersion }, { metadataOnly: true, signal });
    if (!read.ok) return read;
    if (read.value?.metadata.uid === owner.uid) waiting.push(...ownersOf(read.value));
  }
  return ok(false);
}
