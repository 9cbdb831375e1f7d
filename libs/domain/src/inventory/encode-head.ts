import { canonicalJson, err, ok, type Json, type Result } from '#kernel';
import { hubId, releaseId, targetId } from '../ids.js';
import { hookLedgerJson, parseHookLedger } from '../hooks/encode-hook-ledger.js';
import { fieldOf } from '../json/read-json.js';
import type { InventoryFailure } from './inventory-failure.js';
import type { AppliedRelease, InventoryHead, ShardRef, TargetHead } from './inventory.types.js';
import { JsonReader } from './json-reader.js';

const HEAD_VERSION = 1;

/**
 * The head as text: canonical, so that equal heads are equal bytes.
 *
 * @param known texts of targets that were encoded before, kept by who calls: a head of a thousand targets changes in one or a few of them
 */
export function encodeHead(head: InventoryHead, known = new WeakMap<TargetHead, string>()): string {
  const floor = canonicalJson({ epoch: String(head.floor.epoch), generation: String(head.floor.generation) });
  const targets = head.targets.toSorted((a, b) => (a.target < b.target ? -1 : 1)).map((target) => {
    const text = known.get(target) ?? canonicalJson(encodeTarget(target));
    known.set(target, text);
    return text;
  });
  return `{"floor":${floor},"hub":${JSON.stringify(head.hub)},"leaseEpoch":${head.leaseEpoch},"targets":[${targets.join(',')}],"version":${HEAD_VERSION}}`;
}

function encodeTarget(head: TargetHead): Json {
  return {
    target: head.target,
    owner: head.owner,
    held: { epoch: String(head.held.epoch), generation: String(head.held.generation), digest: head.held.digest },
    applied: head.applied && { ...head.applied },
    hooks: head.hooks && hookLedgerJson(head.hooks),
    shards: head.shards.map(({ name, digest }) => ({ name, digest })),
  };
}

/** Reads what `encodeHead` wrote. A version that this code does not know is refused, never read as far as it goes. */
export function parseHead(text: string): Result<InventoryHead, InventoryFailure> {
  const document = parseJson(text, HEAD_VERSION);
  if (!document.ok) return document;
  const reader = new JsonReader(document.value);
  const hub = reader.parsed('hub', hubId);
  const floor = reader.object('floor');
  const head = {
    leaseEpoch: reader.count('leaseEpoch'),
    floor: { epoch: floor.big('epoch'), generation: floor.big('generation') },
    targets: reader.list('targets').map(parseTarget).filter((target) => target !== undefined),
  };
  if (reader.fault !== undefined || hub === undefined) return err({ code: 'INVENTORY_MALFORMED', at: reader.fault ?? 'hub' });
  return ok({ hub, ...head });
}

function parseTarget(reader: JsonReader): TargetHead | undefined {
  const held = reader.object('held');
  const target = reader.parsed('target', targetId);
  const digest = held.digest('digest');
  const shards = reader.list('shards').map(parseShardRef).filter((shard) => shard !== undefined);
  const applied = reader.has('applied') ? parseApplied(reader.object('applied')) : undefined;
  const hooks = reader.has('hooks') ? { hooks: parseHookLedger(reader.object('hooks')) } : {};
  if (target === undefined || digest === undefined) return undefined;
  return { target, owner: reader.text('owner'), held: { epoch: held.big('epoch'), generation: held.big('generation'), digest }, applied, ...hooks, shards };
}

function parseApplied(reader: JsonReader): AppliedRelease | undefined {
  const release = reader.parsed('release', releaseId);
  const renderDigest = reader.digest('renderDigest');
  const commit = reader.text('commit');
  const contentKey = reader.text('contentKey');
  const removal = reader.has('removalHooksIn') ? { removalHooksIn: reader.text('removalHooksIn') } : {};
  return release === undefined || renderDigest === undefined ? undefined : { release, commit, contentKey, renderDigest, ...removal };
}

function parseShardRef(reader: JsonReader): ShardRef | undefined {
  const name = reader.text('name');
  const digest = reader.digest('digest');
  return digest === undefined ? undefined : { name, digest };
}

/** Decodes JSON of a stated version. */
export function parseJson(text: string, version: number): Result<Json, InventoryFailure> {
  let document: Json;
  try {
    document = JSON.parse(text);
  } catch {
    return err({ code: 'INVENTORY_MALFORMED', at: '' });
  }
  const found = fieldOf(document, 'version');
  if (found === undefined) return err({ code: 'INVENTORY_MALFORMED', at: 'version' });
  return found === version ? ok(document) : err({ code: 'INVENTORY_VERSION_UNKNOWN', version: String(found).slice(0, 20) });
}
