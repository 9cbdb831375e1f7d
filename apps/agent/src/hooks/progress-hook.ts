import {
  claimOf, done, FIELD_MANAGER, formatObjectRef, HOOK_RUN_ANNOTATION, hookMark, hookObject, isGuardedKind, isOverdue, judgeHook, mustGoFirst, removalPolicyOf, runsToAnEnd, stalled, type Hook, type HookRecord, type KubeObject,
  type StepOutcome,
} from '#domain';
import { applyObject } from '../apply/apply-object.js';
import { explainFailure } from '../apply/explain-failure.js';
import { checkFence, reached, type StepContext } from '../reconcile/step.js';
import { removeHookObjects } from './remove-hook-objects.js';

/** What became of a hook by one look and at most one step. */
export interface Progress {
  readonly record: HookRecord;
  /** Names no hook: the caller does. */
  readonly message: string;
  readonly isTimedOut: boolean;
}

/**
 * Takes one hook a step further. An intended one is looked for before it is created: one that carries the mark of this very run was created before a
 * crash, and is taken up as it is. What stands in its place and is ours goes first, by its UID; what is not ours stays, and the hook with it.
 */
export async function progressHook(context: StepContext, hook: Hook, record: HookRecord): Promise<StepOutcome<Progress>> {
  const { reader, ports, owner, signal } = context;
  const read = await reader.read(record, { signal });
  if (!read.ok) return explainFailure(record.ref, read.error);
  const now = ports.clock.now();
  if (record.state === 'RUNNING') return done(judgeRunning(record, read.value, now));

  const object = hookObject(hook, record.run, record.phase);
  const live = read.value;
  if (live === undefined) return create(context, record, object);
  if (claimOf(live.metadata, owner).kind !== 'OURS') return notOurs(record);
  if (live.metadata.annotations?.[HOOK_RUN_ANNOTATION] === hookMark(record.run, record.phase)) return done(started(record, live, now));
  if (!mustGoFirst(hook, object) || (mustStay(record, live) && !runsToAnEnd(record.ref))) return applyOver(context, record, object);
  if (isOverdue(record, now)) return done({ record: { ...record, state: 'FAILED' }, message: 'the object of the run before is still there', isTimedOut: true });
  const removed = await removeHookObjects(context, [{ ...record, uid: live.metadata.uid ?? '' }], 'PRUNE');
  if (removed.kind !== 'done') return removed;
  const [waitsFor] = removed.value.messages;
  return waitsFor === undefined ? create(context, record, object) : done({ record, message: `the run before: ${waitsFor}`, isTimedOut: false });
}

/** Where a hook stands that may not be taken further. An intended one that is not there was never created, and a creation under way is not ours to end. */
export async function lookAtHook({ reader, ports, owner, signal }: StepContext, record: HookRecord): Promise<StepOutcome<Progress>> {
  const read = await reader.read(record, { signal });
  if (!read.ok) return explainFailure(record.ref, read.error);
  const now = ports.clock.now();
  const live = read.value;
  if (record.state === 'RUNNING') return done(judgeRunning(record, live, now));
  const isThere = live !== undefined && claimOf(live.metadata, owner).kind === 'OURS' && live.metadata.annotations?.[HOOK_RUN_ANNOTATION] === hookMark(record.run, record.phase);
  return done(isThere ? started(record, live, now) : { record: { ...record, state: 'FAILED' }, message: 'it was never created', isTimedOut: false });
}

/** The refusal of a hook whose place is taken. */
export function notOurs({ ref, phase }: Pick<HookRecord, 'ref' | 'phase'>): StepOutcome<never> {
  return stalled('OBJECT_CLAIMED', `the ${phase} hook ${formatObjectRef(ref)} is there already and does not belong to this application: remove it, or give the hook another name`);
}

async function create(context: StepContext, record: HookRecord, object: KubeObject): Promise<StepOutcome<Progress>> {
  const { ports, signal } = context;
  const fenced = checkFence(context);
  if (fenced !== undefined) return fenced;
  const created = await ports.cluster.applier.create(object, { fieldManager: FIELD_MANAGER, signal });
  await reached(context, 'agent.hooks.after-create');
  // Somebody was faster, perhaps a request of ours whose answer was lost: the next look tells.
  if (!created.ok && created.error.code === 'ALREADY_EXISTS') return done({ record, message: 'being created', isTimedOut: false });
  return created.ok ? done(started(record, created.value, ports.clock.now())) : explainFailure(record.ref, created.error);
}

async function applyOver(context: StepContext, record: HookRecord, object: KubeObject): Promise<StepOutcome<Progress>> {
  const { ports, signal } = context;
  const fenced = checkFence(context);
  if (fenced !== undefined) return fenced;
  const applied = await applyObject(ports.cluster.applier, object, { dryRun: false, before: object, signal });
  return applied.ok ? done(started(record, applied.value, ports.clock.now())) : explainFailure(record.ref, applied.error);
}

/** What holds data or other objects, asks to stay or is protected goes by no policy of a hook: a person would have to be asked. */
function mustStay({ ref }: HookRecord, live: KubeObject): boolean {
  return isGuardedKind(ref) || removalPolicyOf(live.metadata, 'PRUNE') !== 'REMOVE';
}

function started(record: HookRecord, live: KubeObject, now: Date): Progress {
  const created = Date.parse(String(live.metadata['creationTimestamp'] ?? ''));
  const since = Number.isNaN(created) ? now : new Date(created);
  return judgeRunning({ ...record, state: 'RUNNING', uid: live.metadata.uid ?? '', since }, live, now);
}

function judgeRunning(record: HookRecord, live: KubeObject | undefined, now: Date): Progress {
  if (live === undefined || live.metadata.uid !== record.uid) return { record: { ...record, state: 'FAILED' }, message: 'it was deleted before its result was seen', isTimedOut: false };
  const { state, message } = judgeHook(live, now);
  if (state === 'RUNNING' && isOverdue(record, now)) {
    return { record: { ...record, state: 'FAILED' }, message: `not done after ${Math.round(record.deadlineMs / 1_000)} s; it is left running. ${message}`, isTimedOut: true };
  }
  return { record: { ...record, state }, message, isTimedOut: false };
}
