import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, digestOf } from '#kernel';
import { encodeHead, encodeShards, HOOK_PHASES, hubId, MAX_SHARD_BYTES, objectKey, parseHead, parseShard, releaseId, targetId, type InventoryEntry, type InventoryHead, type LiveEntry } from '#domain';

const uuid = fc.uuid({ version: 7 });
const digest = fc.string().map((text) => digestOf(text));
const version = fc.record({ epoch: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), generation: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) });
const shard = fc.record({ name: fc.string(), digest });
const applied = fc.option(fc.record({ release: uuid.map(releaseId), commit: fc.string(), contentKey: fc.string(), renderDigest: digest, removalHooksIn: fc.string() }, { requiredKeys: ['release', 'commit', 'contentKey', 'renderDigest'] }), { nil: undefined });
const place = { ref: fc.record({ group: fc.string(), kind: fc.string(), namespace: fc.string(), name: fc.string() }), apiVersion: fc.string() };
const hookRecord = fc.record(
  {
    ...place,
    phase: fc.constantFrom(...HOOK_PHASES),
    id: fc.string(),
    run: fc.string(),
    state: fc.constantFrom('INTENDED', 'RUNNING', 'SUCCEEDED', 'FAILED'),
    since: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
    deadlineMs: fc.nat(),
    uid: fc.string(),
    isGone: fc.constant(true as const),
  },
  { requiredKeys: ['ref', 'apiVersion', 'phase', 'id', 'run', 'state', 'since', 'deadlineMs'] },
);
const hooks = fc.record(
  {
    contentKey: fc.string(),
    run: fc.string(),
    isInstall: fc.boolean(),
    hasWritten: fc.boolean(),
    isOver: fc.boolean(),
    records: fc.array(hookRecord, { maxLength: 4 }),
    leftovers: fc.array(fc.record({ ...place, uid: fc.string() }), { maxLength: 3 }),
    failure: fc.record({ reason: fc.constantFrom('HOOK_FAILED', 'HOOK_TIMED_OUT', 'WAVE_NOT_HEALTHY'), message: fc.string(), gate: fc.string() }, { requiredKeys: ['reason', 'message'] }),
  },
  { requiredKeys: ['contentKey', 'run', 'isInstall', 'hasWritten', 'isOver', 'records', 'leftovers'] },
);
const target = fc
  .record({ target: uuid.map(targetId), owner: fc.string(), held: fc.tuple(version, digest).map(([at, of]) => ({ ...at, digest: of })), applied, shards: fc.array(shard, { maxLength: 3 }), hooks }, { requiredKeys: ['target', 'owner', 'held', 'applied', 'shards'] });
const head: fc.Arbitrary<InventoryHead> = fc.record({
  hub: uuid.map(hubId),
  leaseEpoch: fc.nat(),
  floor: version,
  targets: fc.uniqueArray(target, { selector: (t) => t.target, maxLength: 4 }).map((targets) => targets.toSorted((a, b) => (a.target < b.target ? -1 : 1))),
});

const ref = fc.record({ group: fc.string(), kind: fc.string(), namespace: fc.string(), name: fc.string() });
const base = { ref, apiVersion: fc.string(), appliedHash: digest };
const entry: fc.Arbitrary<InventoryEntry> = fc.oneof(
  fc.record({ ...base, state: fc.constant('INTENDED' as const) }),
  fc.record({ ...base, state: fc.constant('LIVE' as const), uid: fc.string({ minLength: 1 }), isProtected: fc.boolean() }),
  fc.record({ ...base, state: fc.constant('LIVE' as const), uid: fc.string({ minLength: 1 }), isProtected: fc.boolean(), listedIn: digest, takesAlong: fc.oneof(fc.nat(99_999), fc.constant('UNKNOWN' as const)), onPrune: fc.constantFrom('KEEP' as const, 'CONFIRM' as const), onDelete: fc.constantFrom('KEEP' as const, 'CONFIRM' as const), wave: fc.integer() }),
  fc.record({ ...base, state: fc.constant('INTENDED' as const), wave: fc.integer() }),
);
const entries = fc.uniqueArray(entry, { selector: (e) => objectKey(e.ref), maxLength: 30 });

function aLive(name: string): LiveEntry {
  return { ref: { group: '', kind: 'ConfigMap', namespace: 'many', name }, apiVersion: 'v1', state: 'LIVE', uid: digestOf(name).slice(7, 43), appliedHash: digestOf(`applied ${name}`), isProtected: false };
}

const TARGET = targetId('01900000-0000-7000-8000-000000000001');
const someHead: InventoryHead = {
  hub: hubId('01900000-0000-7000-8000-000000000002'),
  leaseEpoch: 3,
  floor: { epoch: 1n, generation: 7n },
  targets: [{ target: TARGET, owner: 'h/p/a', held: { epoch: 1n, generation: 9n, digest: digestOf('order') }, applied: undefined, shards: [{ name: 's', digest: digestOf('s') }] }],
};

describe('the head of the inventory', () => {
  it('reads back as it was written', () => {
    fc.assert(fc.property(head, (some) => expect(parseHead(encodeHead(some))).toEqual({ ok: true, value: some })));
  });

  it('is canonical, whatever was encoded before and is known from then', () => {
    fc.assert(fc.property(head, head, (before, some) => {
      const known = new WeakMap();
      encodeHead(before, known);
      const mixed = { ...some, targets: [...before.targets.filter(({ target: id }) => some.targets.every((other) => other.target !== id)), ...some.targets] };
      const text = encodeHead(mixed, known);
      expect(text).toBe(encodeHead(mixed));
      expect(text).toBe(canonicalJson(JSON.parse(text)));
      expect(encodeHead(mixed, known)).toBe(text);
    }));
  });

  it.each<[string, string, object]>([
    ['a newer version', encodeHead(someHead).replace('"version":1', '"version":2'), { code: 'INVENTORY_VERSION_UNKNOWN', version: '2' }],
    ['no version', '{}', { code: 'INVENTORY_MALFORMED', at: 'version' }],
    ['an empty text', '', { code: 'INVENTORY_MALFORMED', at: '' }],
    ['a cut text', encodeHead(someHead).slice(0, -3), { code: 'INVENTORY_MALFORMED', at: '' }],
    ['null', 'null', { code: 'INVENTORY_MALFORMED', at: 'version' }],
    ['a hub that is no id', encodeHead(someHead).replace(someHead.hub, 'x'), { code: 'INVENTORY_MALFORMED', at: 'hub' }],
    ['a digest that is none', encodeHead(someHead).replace(digestOf('order'), 'sha1:00'), { code: 'INVENTORY_MALFORMED', at: 'targets[0].held.digest' }],
    ['a generation that is no number', encodeHead(someHead).replace('"generation":"7"', '"generation":"-7"'), { code: 'INVENTORY_MALFORMED', at: 'floor.generation' }],
    ['no list of targets', encodeHead({ ...someHead, targets: [] }).replace('"targets":[]', '"targets":null'), { code: 'INVENTORY_MALFORMED', at: 'targets' }],
  ])('refuses %s instead of reading it as empty', (_name, text, error) => {
    expect(parseHead(text)).toEqual({ ok: false, error });
  });
});

describe('the shards of the inventory', () => {
  it('read back as they were written, in the order of their keys', () => {
    fc.assert(
      fc.property(entries, (some) => {
        const parsed = encodeShards(TARGET, some).map((part) => parseShard(part.text, part, TARGET));
        const read = parsed.flatMap((part) => (part.ok ? part.value : []));
        const sorted = some.toSorted((a, b) => (objectKey(a.ref) < objectKey(b.ref) ? -1 : 1));
        expect(read).toEqual(sorted);
        expect(encodeShards(TARGET, some.toReversed())).toEqual(encodeShards(TARGET, some));
      }),
    );
  });

  it('stay below their bound and lose nothing, for 10,000 objects', () => {
    const many: readonly InventoryEntry[] = Array.from({ length: 10_000 }, (_, i) => ({
      ref: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: `web-${i}` }, apiVersion: 'apps/v1', state: 'LIVE', uid: `uid-${i}`, appliedHash: digestOf(`${i}`), isProtected: false,
    }));
    const shards = encodeShards(TARGET, many);
    expect(shards.length).toBeGreaterThan(1);
    expect(new Set(shards.map(({ name }) => name)).size).toBe(shards.length);
    for (const { text } of shards) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_SHARD_BYTES);
    expect(shards.map((part) => parseShard(part.text, part, TARGET)).reduce((sum, parsed) => sum + (parsed.ok ? parsed.value.length : 0), 0)).toBe(10_000);
  });

  it('stay what they are but for one or two where an entry changes, comes or goes among 10,000', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => aLive(`object-${String(index).padStart(5, '0')}`));
    const before = new Set(encodeShards(TARGET, many).map(({ name }) => name));
    fc.assert(
      fc.property(fc.nat(9_999), fc.constantFrom('changes', 'goes', 'comes'), (at, how) => {
        const after = how === 'goes' ? many.toSpliced(at, 1) : how === 'comes' ? [...many, aLive(`object-${String(at).padStart(5, '0')}-b`)] : many.with(at, { ...aLive(`object-${String(at).padStart(5, '0')}`), isInDoubt: true });
        const shards = encodeShards(TARGET, after);
        expect(shards.filter(({ name }) => !before.has(name)).length).toBeLessThanOrEqual(3);
        expect(shards.length).toBeGreaterThan(5);
      }),
      { numRuns: 6 },
    );
  });

  it('are named so that a Secret takes the name', () => {
    const [part] = encodeShards(TARGET, [{ ref: { group: '', kind: 'ConfigMap', namespace: 'a', name: 'b' }, apiVersion: 'v1', state: 'INTENDED', appliedHash: digestOf('x') }]);
    expect(part?.name).toMatch(/^[a-z0-9-]{1,63}$/);
  });

  it('are refused when they are not what the head means', () => {
    const [part] = encodeShards(TARGET, [{ ref: { group: '', kind: 'ConfigMap', namespace: 'a', name: 'b' }, apiVersion: 'v1', state: 'INTENDED', appliedHash: digestOf('x') }]);
    if (part === undefined) throw new Error('no shard');
    expect(parseShard(part.text.replace('"b"', '"c"'), part, TARGET)).toEqual({ ok: false, error: { code: 'INVENTORY_DIGEST_MISMATCH', name: part.name } });
    const other = targetId('01900000-0000-7000-8000-000000000009');
    expect(parseShard(part.text, part, other)).toEqual({ ok: false, error: { code: 'INVENTORY_MALFORMED', at: 'target' } });
    const newer = part.text.replace('"version":1', '"version":9');
    expect(parseShard(newer, { name: 'n', digest: digestOf(newer) }, TARGET)).toEqual({ ok: false, error: { code: 'INVENTORY_VERSION_UNKNOWN', version: '9' } });
  });

  it('refuse an entry that could never be stored', () => {
    const huge: InventoryEntry = { ref: { group: '', kind: 'ConfigMap', namespace: 'a', name: 'x'.repeat(MAX_SHARD_BYTES) }, apiVersion: 'v1', state: 'INTENDED', appliedHash: digestOf('x') };
    expect(() => encodeShards(TARGET, [huge])).toThrow(RangeError);
  });
});
