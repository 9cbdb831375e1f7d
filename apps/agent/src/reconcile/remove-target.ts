import {
  done, guardRemoval, objectKey, orderRemoval, removalVerdict, resolveIntended, sayKept, sayWaiting, stalled, wait, withLiveWishes, type InventoryEntry, type LiveEntry, type StepOutcome, type TombstoneOrder,
} from '#domain';
import { countTakenAlong } from '../apply/count-taken-along.js';
import { DoomedReader } from '../apply/doomed-reader.js';
import { explainFailure } from '../apply/explain-failure.js';
import { inParallel } from '../apply/in-parallel.js';
import { isStillLeaving, removeObjects, type Survivor } from '../apply/remove-objects.js';
import { removeAllHooks } from '../hooks/remove-all-hooks.js';
import { runRemovalHooks } from '../hooks/run-removal-hooks.js';
import { completeRemoval } from './complete-removal.js';
import { mayDelete } from './may-delete.js';
import { holdForMoves } from './steps/await-moves.js';
import { releaseEntries, releaseObjects } from './release-objects.js';
import { saveInventory } from './save-inventory.js';
import { reached, type StepContext } from './step.js';

const RETRY_MS = 2_000;
/** The end of a dependent wakes the target; this is for the case that nobody does. */
const DEPENDENTS_LOOK_MS = 30_000;

/**
 * Carries out a tombstone: DELETE runs the hooks of removal and removes what the target owns, in reverse order and by UID; ORPHAN lets go of it. Ends `done` only when the
 * removal is complete and durable. Safe to repeat, and to kill between any two lines.
 */
export async function removeTarget(context: StepContext, order: TombstoneOrder, report: () => void): Promise<StepOutcome> {
  const { runtime, renders, dependencies, index, directory } = context;
  renders.forget(runtime.target);
  index.unwant(runtime.target);
  directory.wake(index.expect(runtime.target, []));
  if (runtime.status.sync !== 'REMOVING' && runtime.status.sync !== 'AWAITING_APPROVAL') {
    runtime.status = { sync: 'REMOVING', reason: 'REMOVING', message: '' };
    report();
  }
  runtime.awaited = new Map();
  const dependents = order.mode === 'ORPHAN' ? [] : dependencies.dependentsLeaving(runtime.target, order);
  if (dependents.length > 0) return wait(DEPENDENTS_LOOK_MS, 'DEPENDENTS_NOT_REMOVED', `${dependents.join(', ')} need${dependents.length === 1 ? 's' : ''} it and go${dependents.length === 1 ? 'es' : ''} first`);
  const cleared = order.mode === 'ORPHAN' ? await releaseObjects(context) : await deleteAll(context, order);
  if (cleared.kind !== 'done') return cleared;
  if (runtime.order !== context.inForce) return wait(RETRY_MS, 'REMOVING', 'a newer order has come');
  return completeRemoval(context, order);
}

/** What runs before, the objects, what hooks have left, what runs after, and what that leaves. */
async function deleteAll(context: StepContext, order: TombstoneOrder): Promise<StepOutcome> {
  const before = await runRemovalHooks(context, order, 'before-removal');
  if (before.kind !== 'done') return before;
  const cleared = await deleteObjects(context, order);
  if (cleared.kind !== 'done') return cleared;
  const swept = await removeAllHooks(context, 'after-removal');
  if (swept.kind !== 'done') return swept;
  const after = await runRemovalHooks(context, order, 'after-removal');
  return after.kind === 'done' ? removeAllHooks(context) : after;
}

async function deleteObjects(context: StepContext, order: TombstoneOrder): Promise<StepOutcome> {
  const { runtime, ports, reader, index, owner, signal } = context;
  const found = await lookAtAll(context);
  if (found.kind !== 'done') return found;
  const isMoving = ({ entry: { ref } }: Found): boolean => (index.wantedBy(ref, runtime.target) ?? index.expectedBy(ref, runtime.target)) !== undefined;
  const moving = found.value.filter((one) => one.fate === 'REMOVE' && isMoving(one)).map(({ entry }) => entry);
  const kept = found.value.filter(({ fate }) => fate === 'KEPT').map(({ entry }) => entry);
  const released = await releaseEntries(context, [...kept, ...moving]);
  if (released.kind !== 'done') return released;
  if (kept.length > 0) runtime.letGo = sayKept(kept.map(({ ref }) => ref));
  const entries = found.value.filter(({ entry, fate }) => fate !== 'KEPT' && !moving.includes(entry));
  const held = entries.some(({ fate }) => fate === 'REMOVE') ? holdForMoves(context) : undefined;
  if (held !== undefined) {
    const given = await keepOnly(context, entries.map(({ entry }) => entry));
    return given.kind === 'done' ? wait(held, 'REMOVING', 'the removal begins in a moment, unless another application takes the objects over') : given;
  }
  const removable = entries.filter(({ fate }) => fate === 'REMOVE').map(({ entry }) => entry);
  const decision = guardRemoval({
    target: runtime.target,
    cause: 'TOMBSTONE',
    entries: removable,
    takenAlong: await countTakenAlong(removable, { reader, signal, othersIn: (namespace) => index.othersIn(namespace, runtime.target) }),
    inventorySize: entries.length,
    approvals: order.approvedRemovals,
  });
  const listed = new Map(decision.waiting.map((entry) => [objectKey(entry.ref), entry]));
  const saved = await keepOnly(context, entries.map(({ entry }) => listed.get(objectKey(entry.ref)) ?? entry));
  if (saved.kind !== 'done') return saved;
  runtime.pendingRemoval = decision.digest && { digest: decision.digest, total: decision.waiting.length, objects: decision.waiting.slice(0, 100).map(({ ref }) => ref) };

  const doomed = [...decision.removeNow, ...entries.filter(({ fate }) => fate === 'LEAVING').map(({ entry }) => entry)];
  let blocked: readonly Survivor[] = [];
  for (const step of orderRemoval(doomed)) {
    const removed = await removeObjects(step, {
      reader,
      applier: ports.cluster.applier,
      owner,
      cause: 'TOMBSTONE',
      reserved: ports.cluster.reserved,
      othersIn: (namespace) => context.index.othersIn(namespace, context.runtime.target),
      clock: ports.clock,
      maxCalls: ports.settings.maxCalls,
      signal,
      mayWrite: (entry) => mayDelete(context, entry),
      beforeDelete: () => reached(context, 'agent.removal.before-delete'),
      afterDelete: () => reached(context, 'agent.removal.after-delete'),
    });
    if (removed.kind !== 'done') return removed;
    const survivors = removed.value;
    const gone = new Set(step.map(({ ref }) => objectKey(ref)));
    for (const { entry } of survivors) gone.delete(objectKey(entry.ref));
    const recorded = await keepOnly(context, (runtime.inventory?.entries ?? []).filter(({ ref }) => !gone.has(objectKey(ref))));
    if (recorded.kind !== 'done') return recorded;
    await reached(context, 'agent.removal.after-record');
    blocked = [...blocked, ...survivors];
    if (survivors.some((survivor) => survivor.leavingForMs === undefined || isStillLeaving(survivor))) break;
  }
  if (blocked.length > 0) return sayBlocked(blocked);
  if (decision.digest !== undefined) {
    return stalled('REMOVAL_NEEDS_APPROVAL', `${nameSome(decision.waiting.map(sayWaiting))} hold data or other objects; digest ${decision.digest}`);
  }
  return done();
}

function sayBlocked(survivors: readonly Survivor[]): StepOutcome<never> {
  const stuck = survivors.filter(({ isBlocked }) => isBlocked);
  return wait(RETRY_MS, stuck.length > 0 ? 'PRUNE_BLOCKED' : 'REMOVING', nameSome((stuck.length > 0 ? stuck : survivors).map(({ message }) => message)));
}

interface Found {
  readonly entry: LiveEntry;
  readonly fate: 'REMOVE' | 'KEPT' | 'LEAVING';
}

/** Every entry as it is now: gone and foreign ones are left out, intended ones are found by mark and manager or given up. */
async function lookAtAll(context: StepContext): Promise<StepOutcome<readonly Found[]>> {
  const { runtime, reader, owner, ports, signal } = context;
  const doomed = new DoomedReader(reader, signal);
  const how = { owner, cause: 'TOMBSTONE', reserved: ports.cluster.reserved } as const;
  const looks = await inParallel(runtime.inventory?.entries ?? [], ports.settings.maxCalls, async (entry): Promise<StepOutcome<Found | undefined>> => {
    const read = await doomed.read(entry);
    if (!read.ok) return explainFailure(entry.ref, read.error);
    const resolved = entry.state === 'INTENDED' ? resolveIntended(entry, read.value, owner) : undefined;
    const known = resolved?.kind === 'ADOPT' ? resolved.entry : entry;
    if (known.state === 'INTENDED' || read.value === undefined) return done(undefined);
    const verdict = removalVerdict(known, read.value, how);
    return done(verdict === 'GONE' || verdict === 'NOT_OURS' ? undefined : { entry: withLiveWishes(known, read.value.metadata), fate: verdict });
  });
  const failed = looks.find((look) => look.kind !== 'done');
  if (failed !== undefined) return failed;
  return done(looks.flatMap((look) => (look.kind === 'done' && look.value !== undefined ? [look.value] : [])));
}

function keepOnly(context: StepContext, entries: readonly InventoryEntry[]): Promise<StepOutcome> {
  const { inventory } = context.runtime;
  return inventory === undefined ? Promise.resolve(done()) : saveInventory(context, { ...inventory, entries });
}

function nameSome(names: readonly string[]): string {
  return `${names.slice(0, 10).join('; ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`;
}
