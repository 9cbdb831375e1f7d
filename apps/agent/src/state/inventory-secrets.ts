import { err, ok, type Failpoints, type Log, type Result } from '#kernel';
import { encodeShards, MAX_SHARD_BYTES, maxVersion, parseShard, type EncodedShard, type HubId, type InventoryEntry, type OrderVersion, type ShardRef, type TargetHead, type TargetId } from '#domain';
import type { Fence, InventoryStore, LoadedInventory, StateFailure, TargetInventory } from '../reconcile/agent.ports.js';
import { compress, decompress } from './compress.js';
import { InventoryHeadSecret, type OtherHub } from './inventory-head.js';
import type { StateFailpoint } from './state-failpoints.js';
import type { StateSecrets, StoredSecret } from './state-secrets.js';

const KEY = 'shard.json.gz';
const LOST_HEAD =
  'the Secret capstan-inventory is gone while orders or parts of the inventory are still there. Restore it; or, to begin anew, delete the Secrets of the agent with the label ' +
  '`capstan.dev/state in (inventory, shard, order)`: what still is declared is then taken up again, and everything else stays and nobody tracks it';

export interface InventorySecretsDeps {
  readonly secrets: StateSecrets;
  readonly fence: Fence;
  readonly failpoints: Failpoints;
  readonly log: Log;
}

/**
 * The inventory: a head and shards, which are named by their content and never changed. New shards are written first, then the head
 * points to them in one compare-and-swap, then the old ones go: killed between any two of these, the head still names whole shards.
 */
export class InventorySecrets implements InventoryStore {
  private readonly head: InventoryHeadSecret;
  /** Shards as this process read or wrote them, without the bytes, so that an old one goes by one request. Bounded by the shards that are stored. */
  private readonly shards = new Map<string, StoredSecret>();

  /** What lists of entries were cut into. */
  private readonly cut = new WeakMap<readonly InventoryEntry[], readonly ShardRef[]>();

  constructor(private readonly deps: InventorySecretsDeps) {
    this.head = new InventoryHeadSecret(deps.secrets, () => deps.fence.epoch, deps.failpoints);
  }

  /** Lease epoch and hub of whoever wrote last; undefined when this cluster never had an inventory. Writes nothing. */
  async lastWriter(signal: AbortSignal): Promise<Result<{ readonly hub: HubId; readonly leaseEpoch: number } | undefined, StateFailure>> {
    return this.head.peek(signal);
  }

  /** Takes the inventory over for this process; before it nothing else may be called. */
  async claim(hub: HubId, signal: AbortSignal): Promise<Result<void, StateFailure | OtherHub>> {
    const lost = await this.findLostHead(signal);
    if (!lost.ok) return lost;
    const head = await this.head.claim(hub, signal);
    if (!head.ok) return head;
    await this.collectGarbage(head.value.targets, signal);
    return ok(undefined);
  }

  /** Orders and shards come after the head and go before it: with them and without it, it was lost, and an empty one in its place would forget what runs here. */
  private async findLostHead(signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const head = await this.head.peek(signal);
    if (!head.ok || head.value !== undefined) return head.ok ? ok(undefined) : head;
    for (const kind of ['order', 'shard'] as const) {
      const listed = await this.deps.secrets.list(kind, signal, { metadataOnly: true });
      if (!listed.ok) return listed;
      if (listed.value.length > 0) return err({ code: 'CORRUPT', message: LOST_HEAD });
    }
    return ok(undefined);
  }

  async loadAll(signal: AbortSignal): Promise<Result<LoadedInventory, StateFailure>> {
    const head = await this.head.current(signal);
    if (!head.ok) return head;
    const listed = await this.deps.secrets.list('shard', signal);
    if (!listed.ok) return listed;
    const stored = new Map(listed.value.map((secret) => [secret.name, secret]));
    for (const secret of listed.value) this.note(secret);
    const targets: TargetInventory[] = [];
    const unreadable: { readonly target: TargetId; readonly message: string }[] = [];
    for (const target of head.value.targets) {
      const entries = await readShards(target, (ref) => stored.get(ref.name));
      if (entries.ok) targets.push(inventoryOf(target, entries.value));
      else unreadable.push({ target: target.target, message: entries.error });
    }
    return ok({ floor: head.value.floor, targets, unreadable });
  }

  async load(target: TargetId, signal: AbortSignal): Promise<Result<TargetInventory | undefined, StateFailure>> {
    const head = await this.head.current(signal);
    if (!head.ok) return head;
    const found = head.value.targets.find((candidate) => candidate.target === target);
    if (found === undefined) return ok(undefined);
    const stored = new Map<string, StoredSecret>();
    for (const { name } of found.shards) {
      const shard = await this.deps.secrets.get(name, signal);
      if (!shard.ok) return shard;
      if (shard.value !== undefined) stored.set(name, shard.value);
    }
    const entries = await readShards(found, (ref) => stored.get(ref.name));
    return entries.ok ? ok(inventoryOf(found, entries.value)) : err({ code: 'CORRUPT', message: entries.error });
  }

  async save(inventory: TargetInventory, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const { target } = inventory.head;
    const before = await this.head.current(signal);
    if (!before.ok) return before;
    const old = before.value.targets.find((candidate) => candidate.target === target)?.shards ?? [];
    const shards = await this.writeEntries(target, inventory.entries, old, signal);
    if (!shards.ok) return shards;
    await this.deps.failpoints.hit('agent.state.after-shards' satisfies StateFailpoint);
    const next: TargetHead = { ...inventory.head, shards: shards.value };
    const changed = await this.head.change((head) => ({ ...head, targets: [...head.targets.filter((candidate) => candidate.target !== target), next] }), signal);
    if (changed.ok) await this.dropShards(old.filter(({ name }) => !shards.value.some((shard) => shard.name === name)), signal);
    return changed;
  }

  async drop(target: TargetId, completed: OrderVersion, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const before = await this.head.current(signal);
    if (!before.ok) return before;
    const old = before.value.targets.find((candidate) => candidate.target === target)?.shards ?? [];
    const changed = await this.head.change((head) => ({ ...head, floor: maxVersion(head.floor, completed), targets: head.targets.filter((candidate) => candidate.target !== target) }), signal);
    if (changed.ok) await this.dropShards(old, signal);
    return changed;
  }

  /** Shards of these entries that are not there yet. The very list that is stored says nothing new, and is not encoded to find that out. */
  private async writeEntries(target: TargetId, entries: readonly InventoryEntry[], old: readonly ShardRef[], signal: AbortSignal): Promise<Result<readonly ShardRef[], StateFailure>> {
    const stored = this.cut.get(entries);
    if (stored !== undefined && stored === old) return ok(old);
    const refs: ShardRef[] = [];
    for (const shard of encodeShards(target, entries)) {
      refs.push({ name: shard.name, digest: shard.digest });
      if (old.some(({ name }) => name === shard.name)) continue;
      const written = await this.writeShard(target, shard, signal);
      if (!written.ok) return written;
    }
    this.cut.set(entries, refs);
    return ok(refs);
  }

  /** One of that name is the same content, unless it was damaged: then it is replaced. */
  private async writeShard(target: TargetId, shard: EncodedShard, signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const { secrets } = this.deps;
    const secret = { name: shard.name, kind: 'shard', labels: { 'capstan.dev/target-id': target }, data: { [KEY]: await compress(shard.text) } } as const;
    const written = await secrets.write(secret, undefined, signal);
    if (written.ok) return this.note(written.value);
    if (written.error.code !== 'CHANGED') return err(written.error);
    const there = await secrets.get(shard.name, signal);
    if (!there.ok) return there;
    if (there.value !== undefined && (await readShard(target, shard, there.value)).ok) return this.note(there.value);
    const replaced = await secrets.put(secret, there.value, signal);
    return replaced.ok ? this.note(replaced.value) : replaced;
  }

  private note(secret: StoredSecret): Result<void, never> {
    this.shards.set(secret.name, { ...secret, data: new Map() });
    return ok(undefined);
  }

  /** What stays behind here costs space and nothing else; the next start collects it. */
  private async dropShards(refs: readonly ShardRef[], signal: AbortSignal): Promise<void> {
    for (const { name } of refs) {
      const known = this.shards.get(name);
      this.shards.delete(name);
      const there = known === undefined ? await this.deps.secrets.get(name, signal) : ok(known);
      const removed = there.ok && there.value !== undefined ? await this.deps.secrets.remove(there.value, signal) : there;
      if (!removed.ok) this.deps.log.debug('an old shard stays until the next start', { name, code: removed.error.code });
    }
  }

  private async collectGarbage(targets: readonly TargetHead[], signal: AbortSignal): Promise<void> {
    const inUse = new Set(targets.flatMap((target) => target.shards.map(({ name }) => name)));
    const listed = await this.deps.secrets.list('shard', signal, { metadataOnly: true });
    if (!listed.ok) return;
    for (const secret of listed.value) if (!inUse.has(secret.name)) await this.deps.secrets.remove(secret, signal);
  }
}

function inventoryOf({ shards: _shards, ...head }: TargetHead, entries: readonly InventoryEntry[]): TargetInventory {
  return { head, entries };
}

/** All entries of a target, or why one of its shards does not read: never a part of them. */
async function readShards(target: TargetHead, find: (ref: ShardRef) => StoredSecret | undefined): Promise<Result<readonly InventoryEntry[], string>> {
  const entries: InventoryEntry[] = [];
  for (const ref of target.shards) {
    const secret = find(ref);
    const shard = secret === undefined ? err('it is missing') : await readShard(target.target, ref, secret);
    if (!shard.ok) return err(`Secret ${ref.name}: ${shard.error}`);
    entries.push(...shard.value);
  }
  return ok(entries);
}

async function readShard(target: TargetId, ref: ShardRef, secret: StoredSecret): Promise<Result<readonly InventoryEntry[], string>> {
  const text = await decompress(secret.data.get(KEY) ?? new Uint8Array(), MAX_SHARD_BYTES);
  if (!text.ok) return text;
  const entries = parseShard(text.value, ref, target);
  return entries.ok ? entries : err(entries.error.code);
}
