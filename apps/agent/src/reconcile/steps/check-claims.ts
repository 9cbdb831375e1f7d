import { ok } from '#kernel';
import {
  appliedHashOf, applyOptionsOf, claimOf, compareApplied, done, findReservation, formatObjectRef, hookRefsOf, NO_TOLERANCE, objectKey, objectRefOf, OWNER_ANNOTATION, renderedScopes, resolveIntended, stalled,
  type InventoryEntry, type KubeObject, type ObjectMeta, type StepOutcome,
} from '#domain';
import { explainFailure } from '../../apply/explain-failure.js';
import { inParallel } from '../../apply/in-parallel.js';
import { listOurs } from '../../apply/list-ours.js';
import { listThere } from '../../apply/list-there.js';
import { findTolerance } from '../../drift/find-tolerance.js';
import { giveAway } from '../give-away.js';
import type { Taken } from '../object-index.js';
import { reached, waitApplying, type Claimed, type Planned, type Step, type StepContext } from '../step.js';

const NAMED = 5;
/** An owner that lets go wakes who waits for it; this is for the case that it does not. */
const OWNER_LOOK_MS = 5_000;

/**
 * Looks at every declared object before any write: an object that another application has, here or by its mark, or that belongs to the
 * agent, fails the whole release. Finds on the way what has to be sent; an unchanged object is compared, never sent on suspicion.
 */
export const checkClaims: Step<Planned, Claimed> = async (context, input) => {
  const { index, runtime, ports, directory } = context;
  const expecting = index.expect(runtime.target, []);
  const taken = index.claim(runtime.target, [...input.objects.map(objectRefOf), ...input.hooks.map(({ object }) => objectRefOf(object)), ...hookRefsOf(runtime.inventory?.head.hooks)]);
  directory.wake(expecting);
  if (taken.length > 0) return awaitOwners(context, input, taken);
  runtime.claimedOrder = context.inForce;
  const scopes = renderedScopes(input.objects);
  const isNewRelease = runtime.inventory?.head.applied?.contentKey !== input.contentKey;
  const known = input.objects.filter((object) => runtime.entry(objectKey(objectRefOf(object)))?.state === 'LIVE');
  const listed = await listOurs(known, { reader: context.reader, owner: context.owner, maxCalls: ports.settings.maxCalls, signal: context.signal });
  const unknown = input.objects.filter((object) => runtime.entry(objectKey(objectRefOf(object)))?.state !== 'LIVE');
  const there = await listThere(unknown, { reader: context.reader, maxCalls: ports.settings.maxCalls, signal: context.signal });
  const how = { scopes, isNewRelease, listed: new Map([...listed, ...there.found]), absent: there.absent };
  const looks = await inParallel(input.objects, ports.settings.maxCalls, (object) => look(context, object, how));
  const failed = looks.find((one) => one.kind !== 'done');
  if (failed !== undefined) return failed;

  const found = looks.flatMap((one) => (one.kind === 'done' ? [one.value] : []));
  const reserved = found.find(({ reservation }) => reservation !== undefined);
  if (reserved !== undefined) return stalled('RESERVED_NAMESPACE', `${formatObjectRef(objectRefOf(reserved.object))} ${reserved.reservation}`);
  const claims = found.flatMap(({ object, claimedBy }) => (claimedBy === undefined ? [] : [`${formatObjectRef(objectRefOf(object))} belongs to ${claimedBy}`]));
  if (claims.length > 0) return stalled('OBJECT_CLAIMED', sayClaims(context, claims));
  await reached(context, 'agent.apply.after-claims');
  return done({
    ...input,
    plan: { ...input.plan, entries: withoutLeft(input.plan.entries, found, context.owner) },
    live: new Map(found.flatMap(({ object, meta }) => (meta === undefined ? [] : [[objectKey(objectRefOf(object)), meta] as const]))),
    toSend: found.filter(({ mustSend }) => mustSend).map(({ object }) => object),
  });
};

/**
 * Others have what is declared here. An owner that may be about to let go is waited for; one that has just been asked looks again whether it
 * still needs it. What they ask of this target is given at once: two applications that exchange objects would wait for each other.
 */
async function awaitOwners(context: StepContext, input: Planned, taken: readonly Taken[]): Promise<StepOutcome<never>> {
  const { directory, runtime } = context;
  directory.wake([...new Set(taken.filter(({ isNew }) => isNew).map(({ owner }) => owner))]);
  const kept = taken.filter(({ owner, ref }) => !directory.mayLetGo(owner, ref));
  if (kept.length > 0) return stalled('OBJECT_CLAIMED', sayClaims(context, kept.map(({ ref, owner }) => `${formatObjectRef(ref)} is declared by ${directory.nameOf(owner)} too`)));
  const given = await giveAway(context, new Set(input.plan.entries.map(({ ref }) => objectKey(ref))));
  if (given.kind !== 'done') return given;
  const [first] = taken;
  return waitApplying(context, OWNER_LOOK_MS, first === undefined ? '' : `${directory.nameOf(runtime.target)} waits for ${directory.nameOf(first.owner)} to let go of ${formatObjectRef(first.ref)}`);
}

interface Look {
  readonly object: KubeObject;
  readonly meta: ObjectMeta | undefined;
  readonly mustSend: boolean;
  /** It is there and asks to be created only: it stays as it is. */
  readonly left: KubeObject | undefined;
  readonly claimedBy: string | undefined;
  readonly reservation: string | undefined;
}

interface LookHow {
  /** Kinds that come with this very release. */
  readonly scopes: ReadonlyMap<string, unknown>;
  readonly isNewRelease: boolean;
  /** Metadata of objects of ours that was just read. */
  readonly listed: ReadonlyMap<string, KubeObject>;
  /** Keys of what was just seen not to be there. */
  readonly absent: ReadonlySet<string>;
}

async function look(context: StepContext, object: KubeObject, { scopes, isNewRelease, listed, absent }: LookHow): Promise<StepOutcome<Look>> {
  const { reader, runtime, owner, signal, ports } = context;
  const ref = objectRefOf(object);
  const entry = runtime.entry(objectKey(ref));
  const isKeptUnknown = entry?.state === 'LIVE' && entry.keepsLive === true && !runtime.lastApplies.has(objectKey(ref));
  const isUnchanged = entry?.state === 'LIVE' && entry.isInDoubt !== true && !isKeptUnknown && entry.appliedHash === appliedHashOf(object);
  const known = listed.get(objectKey(ref));
  const isKnown = known !== undefined && (!isUnchanged || wasAsSent(context, object, known));
  const read = isKnown ? ok(known) : absent.has(objectKey(ref)) ? ok(undefined) : await reader.read({ ref, apiVersion: object.apiVersion }, { metadataOnly: !isUnchanged, signal });
  const isDefinedHere = !read.ok && read.error.code === 'KIND_NOT_FOUND' && scopes.has(`${ref.group}/${ref.kind}`);
  if (!read.ok && !isDefinedHere) return explainFailure(ref, read.error);
  const live = read.ok ? read.value : undefined;
  const tolerance = isUnchanged && !isKnown ? await findTolerance(context, object, live) : ok(NO_TOLERANCE);
  if (!tolerance.ok) return explainFailure(ref, tolerance.error);
  const hasDrifted = isUnchanged && !isKnown && compareApplied(object, live, tolerance.value) !== undefined;
  const left = applyOptionsOf(object.metadata).mode === 'CREATE_ONLY' ? live : undefined;
  return done({
    object,
    left,
    meta: live?.metadata,
    // With the same release, what drifted is healed or reported, never sent here.
    mustSend: left === undefined && (!isUnchanged || (hasDrifted && isNewRelease)),
    claimedBy: live === undefined ? undefined : claimedBy(context, live),
    reservation: live === undefined ? undefined : findReservation({ ...live, kind: object.kind }, '', ports.cluster.reserved),
  });

  function claimedBy({ index, directory }: StepContext, { metadata }: KubeObject): string | undefined {
    const claim = claimOf(metadata, owner);
    if (claim.kind !== 'FOREIGN') return undefined;
    // The mark of an application of ours whose inventory no longer has the object: it let go, and the object moves over.
    const isLetGo = index.ownerOf(ref) === runtime.target && directory.hasOwner(metadata.annotations?.[OWNER_ANNOTATION] ?? '');
    return isLetGo ? undefined : claim.claimedBy;
  }
}

/** What was created once by us stays ours, also where a crash kept its UID from the inventory; what somebody else made is not tracked. */
function withoutLeft(entries: readonly InventoryEntry[], found: readonly Look[], owner: string): readonly InventoryEntry[] {
  const left = new Map(found.flatMap(({ object, left: live }) => (live === undefined ? [] : [[objectKey(objectRefOf(object)), live] as const])));
  return entries.flatMap((entry) => {
    const live = left.get(objectKey(entry.ref));
    if (live === undefined || entry.state === 'LIVE') return [entry];
    const resolved = resolveIntended(entry, live, owner);
    return resolved.kind === 'ADOPT' ? [resolved.entry] : [];
  });
}

/** It was compared with what the release says when it was looked at last, and nobody has written it since. */
function wasAsSent({ runtime }: StepContext, object: KubeObject, { metadata }: KubeObject): boolean {
  const key = objectKey(objectRefOf(object));
  const sent = runtime.sent.get(key);
  const seen = runtime.observed.get(key);
  return sent !== undefined && appliedHashOf(sent) === appliedHashOf(object) && seen !== undefined && seen.drift === undefined && seen.resourceVersion !== undefined && seen.resourceVersion === metadata.resourceVersion;
}

function sayClaims({ runtime, directory }: StepContext, claims: readonly string[]): string {
  const named = claims.slice(0, NAMED).join('; ');
  return `${directory.nameOf(runtime.target)} may not have: ${named}${claims.length > NAMED ? ` and ${claims.length - NAMED} more` : ''}`;
}
