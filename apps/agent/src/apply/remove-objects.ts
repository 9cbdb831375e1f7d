import {
  done, formatObjectRef, guardOf, holdUpsOf, isHeldUp, isWithinShown, objectKey, removalVerdict, shownWith, whyTerminating, withLiveWishes, type LiveEntry, type StepOutcome, type VerdictHow,
} from '#domain';
import type { KubeFailure } from '#kube';
import type { Clock } from '#kernel';
import type { KubeClient } from '#kube';
import { countTakenAlong } from './count-taken-along.js';
import { DoomedReader } from './doomed-reader.js';
import { explainFailure } from './explain-failure.js';
import { inParallel } from './in-parallel.js';
import type { ObjectReader } from './object-reader.js';

export interface RemoveHow extends VerdictHow {
  readonly reader: ObjectReader;
  readonly applier: KubeClient;
  /** How many objects other applications have in a namespace. */
  readonly othersIn: (namespace: string) => number;
  readonly clock: Clock;
  readonly maxCalls: number;
  readonly signal: AbortSignal;
  /** Asked right before each delete; an outcome stops it. */
  readonly mayWrite: (entry: LiveEntry) => StepOutcome<never> | undefined;
  readonly beforeDelete: () => Promise<void>;
  readonly afterDelete: () => Promise<void>;
}

const MAX_FINALIZERS = 5;
/** How often an object may change between the look at it and the delete; after that the next pass tries again. */
const ATTEMPTS = 4;

/** An object that was to go and is still there. */
export interface Survivor {
  readonly entry: LiveEntry;
  /** Names what holds it back. */
  readonly message: string;
  /** On its way out for this long, by its deletion timestamp; undefined: not asked to go yet, or refused. */
  readonly leavingForMs: number | undefined;
  /** Something must happen before it goes: a finalizer, a right. False: it is only on its way. */
  readonly isBlocked: boolean;
}

/** An object that refuses to go holds up those that it may need (its operator, its namespace) for this long and no longer. */
const PATIENCE_MS = 60_000;

/** Whether an object is on its way out and has not had its time yet. */
export function isStillLeaving({ leavingForMs }: Survivor): boolean {
  return leavingForMs !== undefined && leavingForMs < PATIENCE_MS;
}

/**
 * Removes objects of one inventory: each is looked at once more right before, and deleted under its UID and in that very state as preconditions. Answers with those
 * that are still there, to be tracked; what is gone or not ours any more is not among them. A look that fails keeps the object tracked.
 */
export async function removeObjects(entries: readonly LiveEntry[], how: RemoveHow): Promise<StepOutcome<readonly Survivor[]>> {
  const doomed = new DoomedReader(how.reader, how.signal);
  const results = await inParallel(entries, how.maxCalls, (entry) => removeOne(entry, how, doomed));
  const failed = results.find((result) => result.kind !== 'done');
  if (failed !== undefined) return failed;
  return done(results.flatMap((result) => (result.kind === 'done' && result.value !== undefined ? [result.value] : [])));
}

async function removeOne(entry: LiveEntry, how: RemoveHow, doomed: DoomedReader): Promise<StepOutcome<Survivor | undefined>> {
  for (let attempt = 1; ; attempt += 1) {
    const looked = await look(entry, how, doomed);
    if (looked.kind !== 'REMOVE' || attempt > ATTEMPTS) return done(looked.survivor);
    const resource = await how.reader.resolveAny(entry, how.signal);
    if (!resource.ok) return done(refused(entry, resource.error));
    const unseen = await findUnseen(entry, how);
    if (unseen !== undefined) return done(unseen);
    const fenced = how.mayWrite(entry);
    if (fenced !== undefined) return fenced;
    await how.beforeDelete();
    const deleted = await how.applier.delete(resource.value, entry.ref.namespace, entry.ref.name, { uid: entry.uid, resourceVersion: looked.resourceVersion, signal: how.signal });
    await how.afterDelete();
    // Changed since the look, or another object by now: the next look tells which.
    if (!deleted.ok && deleted.error.code === 'CONFLICT') continue;
    if (!deleted.ok && deleted.error.code !== 'NOT_FOUND') return done(refused(entry, deleted.error));
    return done((await look(entry, how, doomed)).survivor);
  }
}

interface Look {
  readonly kind: 'REMOVE' | 'OTHER';
  readonly survivor: Survivor | undefined;
  /** The state of the object that was looked at. */
  readonly resourceVersion?: string | undefined;
}

async function look(entry: LiveEntry, how: RemoveHow, doomed: DoomedReader): Promise<Look> {
  const live = await doomed.read(entry);
  if (!live.ok) return { kind: 'OTHER', survivor: refused(entry, live.error) };
  const verdict = removalVerdict(entry, live.value, how);
  if (live.value === undefined || verdict === 'GONE' || verdict === 'NOT_OURS') return { kind: 'OTHER', survivor: undefined };
  const { finalizers = [], deletionTimestamp: since } = live.value.metadata;
  const isEnding = since !== undefined && entry.ref.group === '' && entry.ref.kind === 'Namespace';
  const leavingForMs = since === undefined ? undefined : Math.max(0, how.clock.now().getTime() - Date.parse(since));
  const base = { entry, leavingForMs, isBlocked: isEnding ? holdUpsOf(live.value).length > 0 : isHeldUp(finalizers, leavingForMs) };
  // What it asks for has changed since the decision: the next look at it decides.
  const asksNow = verdict === 'KEPT' || (verdict === 'REMOVE' && guardOf(entry, how.cause) === undefined && guardOf(withLiveWishes(entry, live.value.metadata), how.cause) !== undefined);
  if (asksNow) return { kind: 'OTHER', survivor: { ...base, isBlocked: false, message: `${formatObjectRef(entry.ref)} asks to stay since a moment ago` } };
  return { kind: verdict === 'REMOVE' ? 'REMOVE' : 'OTHER', resourceVersion: live.value.metadata.resourceVersion, survivor: { ...base, message: isEnding ? whyTerminating(live.value) : sayLeaving(entry, finalizers, since) } };
}

/** Objects that came into being after the plan was shown would go with a definition or a namespace unseen: then it is shown again. */
async function findUnseen(entry: LiveEntry, how: RemoveHow): Promise<Survivor | undefined> {
  const now = (await countTakenAlong([entry], how)).get(objectKey(entry.ref)) ?? 0;
  if (isWithinShown(now, shownWith(entry))) return undefined;
  return { entry, leavingForMs: undefined, isBlocked: false, message: `${formatObjectRef(entry.ref)} would take ${now === 'UNKNOWN' ? 'objects that cannot be counted' : `${now} objects`} with it, and ${shownWith(entry)} were shown: it is asked again` };
}

function sayLeaving({ ref }: LiveEntry, finalizers: readonly string[], since: string | undefined): string {
  const waits = finalizers.length === 0 ? ' is on its way out' : ` waits for ${finalizers.slice(0, MAX_FINALIZERS).join(', ')}${finalizers.length > MAX_FINALIZERS ? ` and ${finalizers.length - MAX_FINALIZERS} more` : ''}`;
  return `${formatObjectRef(ref)}${waits}${since === undefined ? '' : ` since ${since}`}`;
}

function refused(entry: LiveEntry, failure: KubeFailure): Survivor {
  const outcome = explainFailure(entry.ref, failure);
  return { entry, message: outcome.kind === 'done' ? objectKey(entry.ref) : outcome.why.message, leavingForMs: undefined, isBlocked: true };
}
