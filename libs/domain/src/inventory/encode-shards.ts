import { canonicalJson, digestOf, err, ok, type Json, type Result } from '#kernel';
import type { TargetId } from '../ids.js';
import type { TakenAlong } from '../prune/taken-along.js';
import { objectKey } from '../object/kube-object.js';
import { parseJson } from './encode-head.js';
import type { InventoryFailure } from './inventory-failure.js';
import type { InventoryEntry, LiveEntry, ShardRef } from './inventory.types.js';
import { JsonReader } from './json-reader.js';

/** One part of a target's entries, ready to be compressed and stored under its name. */
export interface EncodedShard extends ShardRef {
  readonly text: string;
}

const SHARD_VERSION = 1;

/**
 * Largest text of a shard in UTF-8 bytes, before compression. A Secret takes 1 MiB, so a shard fits even where compression
 * gains nothing; about 1,500 objects go into one.
 */
export const MAX_SHARD_BYTES = 512 * 1024;

/** From this size on a shard ends before the next key that says so: with one entry in so many, at about two fifths of what fits. */
const ENOUGH_BYTES = MAX_SHARD_BYTES / 8;
const ONE_KEY_IN = 512;

/**
 * Entries in the order of their keys, cut into shards. Equal sets give equal shards under equal names. A shard's name tells
 * its content, so that new shards can be written before the head points to them, and the old ones removed after. Where one ends is mostly told by
 * keys and not by sizes, so that what changes about an entry, or its coming or going, changes its shard and leaves the others as they are.
 *
 * @throws RangeError for an entry that does not fit a shard alone: names in Kubernetes are far shorter.
 */
export function encodeShards(target: TargetId, entries: readonly InventoryEntry[]): readonly EncodedShard[] {
  const encoded = entries
    .map((entry) => ({ key: objectKey(entry.ref), text: canonicalJson(encodeEntry(entry)) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const frame = Buffer.byteLength(frameShard(target, []));
  const chunks: string[][] = [];
  let room = 0;
  for (const { key, text } of encoded) {
    const bytes = Buffer.byteLength(text) + 1;
    if (bytes + frame > MAX_SHARD_BYTES) throw new RangeError(`the inventory entry of ${key.slice(0, 200)} is too large`);
    const isEnough = MAX_SHARD_BYTES - frame - room >= ENOUGH_BYTES && endsBefore(key);
    if (bytes > room || isEnough) {
      chunks.push([]);
      room = MAX_SHARD_BYTES - frame;
    }
    chunks.at(-1)?.push(text);
    room -= bytes;
  }
  return chunks.map((chunk) => {
    const text = frameShard(target, chunk);
    const digest = digestOf(text);
    return { name: `capstan-inventory-${digest.slice('sha256:'.length, 'sha256:'.length + 32)}`, digest, text };
  });
}

/** FNV-1a: it only has to spread. */
function endsBefore(key: string): boolean {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % ONE_KEY_IN === 0;
}

/** Reads a shard and checks that it is the one that the head means. */
export function parseShard(text: string, expected: ShardRef, target: TargetId): Result<readonly InventoryEntry[], InventoryFailure> {
  if (digestOf(text) !== expected.digest) return err({ code: 'INVENTORY_DIGEST_MISMATCH', name: expected.name });
  const document = parseJson(text, SHARD_VERSION);
  if (!document.ok) return document;
  const reader = new JsonReader(document.value);
  if (reader.text('target') !== target) return err({ code: 'INVENTORY_MALFORMED', at: 'target' });
  const entries = reader.list('entries').map(parseEntry).filter((entry) => entry !== undefined);
  return reader.fault === undefined ? ok(entries) : err({ code: 'INVENTORY_MALFORMED', at: reader.fault });
}

function frameShard(target: TargetId, entries: readonly string[]): string {
  return `{"entries":[${entries.join(',')}],"target":${JSON.stringify(target)},"version":${SHARD_VERSION}}`;
}

function encodeEntry(entry: InventoryEntry): Json {
  const { group, kind, namespace, name } = entry.ref;
  const base = { group, kind, namespace, name, apiVersion: entry.apiVersion, state: entry.state, appliedHash: entry.appliedHash, wave: entry.wave };
  return entry.state === 'INTENDED' ? base : { ...base, uid: entry.uid, isProtected: entry.isProtected, onPrune: entry.onPrune, onDelete: entry.onDelete, listedIn: entry.listedIn, takesAlong: entry.takesAlong === undefined ? undefined : String(entry.takesAlong), isInDoubt: entry.isInDoubt, keepsLive: entry.keepsLive };
}

function parseEntry(reader: JsonReader): InventoryEntry | undefined {
  const ref = { group: reader.text('group'), kind: reader.text('kind'), namespace: reader.text('namespace'), name: reader.text('name') };
  const apiVersion = reader.text('apiVersion');
  const appliedHash = reader.digest('appliedHash');
  const state = reader.parsed('state', (text) => (text === 'LIVE' || text === 'INTENDED' ? text : undefined));
  if (appliedHash === undefined || state === undefined) return undefined;
  const wave = reader.has('wave') ? { wave: reader.integer('wave') } : {};
  if (state === 'INTENDED') return { ref, apiVersion, state, appliedHash, ...wave };
  const live: LiveEntry = { ref, apiVersion, state, uid: reader.parsed('uid', (text) => (text === '' ? undefined : text)) ?? '', appliedHash, isProtected: reader.flag('isProtected'), ...wave };
  return {
    ...live,
    ...(reader.has('onPrune') ? { onPrune: reader.parsed('onPrune', wishOf) } : {}),
    ...(reader.has('onDelete') ? { onDelete: reader.parsed('onDelete', wishOf) } : {}),
    ...(reader.has('listedIn') ? { listedIn: reader.digest('listedIn') } : {}),
    ...(reader.has('takesAlong') ? { takesAlong: reader.parsed('takesAlong', takenAlongOf) } : {}),
    ...(reader.has('isInDoubt') && reader.flag('isInDoubt') ? { isInDoubt: true } : {}),
    ...(reader.has('keepsLive') && reader.flag('keepsLive') ? { keepsLive: true } : {}),
  };
}

function wishOf(text: string): 'KEEP' | 'CONFIRM' | undefined {
  return text === 'KEEP' || text === 'CONFIRM' ? text : undefined;
}

function takenAlongOf(text: string): TakenAlong | undefined {
  return text === 'UNKNOWN' ? text : /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
