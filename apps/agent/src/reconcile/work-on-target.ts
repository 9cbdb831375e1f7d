import { backoffMs, jitterMs } from '#kernel';
import { contentKey, objectKey, STALLED_RETRY_MS, type AssignmentOrder, type ReasonCode, type StepOutcome, type StepReason } from '#domain';
import { refsOf } from '../hooks/refs-of.js';
import { lookAtAwaited } from '../hooks/look-at-awaited.js';
import { explainTerminating } from '../apply/explain-terminating.js';
import { buildReport, driftOf, healthOfTarget } from '../report/build-report.js';
import type { Reporter } from '../report/reporter.js';
import { inspectTarget } from './inspect-target.js';
import { lookAtAll } from './look-at-all.js';
import { reconcileAssignment, statusOfPass } from './reconcile-assignment.js';
import { removeTarget } from './remove-target.js';
import { restoreSent } from './restore-sent.js';
import { explainStateFailure, reached, type StepContext } from './step.js';
import type { SyncStatus } from './target-runtime.js';
import { tellApplied } from './tell-applied.js';

/** A failure that somebody has to act on is tried again soon at first, since its cure may be in the cluster where nothing tells us. */
const STALLED_BASE_MS = 10_000;
const SURVIVOR_BASE_MS = 2_000;
/** What a pass waits for without anything being wrong. */
const UNDER_WAY: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['APPLYING', 'HOOK_RUNNING', 'WAVE_PROGRESSING', 'DEPENDENCY_NOT_READY']);

/** What is left to do for a target after one look at it. */
export interface Worked {
  /** Look again after this at the latest, without anything happening. */
  readonly againInMs: number;
  /** The removal of the target is complete: nothing of it is left here. */
  readonly isRemoved: boolean;
}

/**
 * One look at one target: does whatever there is to do and says when to look again. Level-triggered: what has happened since the last look
 * is found by comparing, so that nothing depends on an event that may be lost.
 */
export async function workOnTarget(context: StepContext, reporter: Reporter): Promise<Worked> {
  const { runtime, inForce, ports, index } = context;
  const report = (): void => reporter.offer(buildReport(runtime, inForce, ports.clock.now()));
  const ready = await restore(context);
  if (ready.kind !== 'done') {
    fail(context, ready, false);
    if (ready.kind === 'stalled') runtime.settledOrder = inForce;
    // Before anything was read nothing is known; what was said before this process began stands.
    if (runtime.inventory !== undefined || ready.kind === 'stalled') report();
    return next(context, undefined);
  }
  if (inForce.order.kind === 'TOMBSTONE') {
    const removed = await removeTarget(context, inForce.order, report);
    if (removed.kind === 'done') return { againInMs: 0, isRemoved: true };
    fail(context, removed, true);
    report();
    return next(context, undefined);
  }
  await lookAtAll(context);
  if (runtime.wantsPass || ports.monotonic.nowMs() >= runtime.passDueAtMs) {
    await pass(context, inForce.order, report);
    // What this pass claimed and did not come to record is free again.
    if (runtime.inventory !== undefined) context.directory.wake(index.settle(runtime.target, refsOf(runtime.inventory)));
  }
  const touched = takeTouched(context);
  const inspection = await inspectTarget(context, touched, report);
  await lookAtAwaited(context, touched);
  await noteHealthy(context);
  await noteKept(context);
  if (runtime.order === inForce) report();
  return next(context, inspection.againInMs);
}

/** What is stored, read again after a start or after a write that ended in doubt. */
async function restore(context: StepContext): Promise<StepOutcome> {
  const { runtime, ports, owner, inForce, signal } = context;
  if (runtime.inventory === undefined || runtime.isInDoubt) {
    const loaded = await ports.inventory.load(runtime.target, signal);
    if (!loaded.ok) return explainStateFailure(loaded.error);
    const { epoch, generation } = inForce.order;
    runtime.inventory = loaded.value ?? { head: { target: runtime.target, owner, held: { epoch, generation, digest: inForce.orderDigest }, applied: undefined }, entries: [] };
    runtime.isInDoubt = false;
    runtime.wantsPass = true;
    await noteKept(context);
  }
  return restoreSent(context);
}

async function pass(context: StepContext, order: AssignmentOrder, report: () => void): Promise<void> {
  const { runtime } = context;
  const ordered = { order, contentKey: contentKey(order) };
  runtime.wantsPass = false;
  runtime.passDueAtMs = Number.POSITIVE_INFINITY;
  runtime.awaited = new Map();
  runtime.awaitedWave = new Set();
  if (runtime.failures === 0 && !UNDER_WAY.has(runtime.status.reason) && runtime.inventory?.head.applied?.contentKey !== ordered.contentKey) {
    runtime.status = { sync: 'APPLYING', reason: 'APPLYING', message: '' };
    report();
  }
  const outcome = await explainTerminating(await reconcileAssignment(context, ordered), context.reader, context.signal);
  for (const key of runtime.sent.keys()) if (!runtime.observed.has(key)) runtime.touched.add(key);
  if (outcome.kind === 'wait' && UNDER_WAY.has(outcome.why.reason)) {
    // Nothing has failed: it goes on when what it waits for has come.
    if (outcome.why.reason !== 'APPLYING') runtime.status = { sync: outcome.why.reason === 'DEPENDENCY_NOT_READY' ? 'PENDING' : 'APPLYING', ...outcome.why };
    runtime.passDueAtMs = context.ports.monotonic.nowMs() + outcome.retryMs;
    return;
  }
  runtime.settledOrder = context.inForce;
  if (outcome.kind !== 'done') {
    fail(context, outcome, runtime.inventory?.head.applied?.contentKey === ordered.contentKey);
    tellApplied(context, order);
    return;
  }
  const { survivors, prunable, spared } = outcome.value;
  runtime.status = statusOfPass(outcome.value);
  tellApplied(context, order);
  runtime.leaving = new Set(survivors.map(({ entry }) => objectKey(entry.ref)));
  runtime.undeclared = new Set([...runtime.leaving, ...[...prunable, ...spared].map(({ ref }) => objectKey(ref))]);
  if (survivors.length === 0) runtime.failures = 0;
  else retryIn(context, SURVIVOR_BASE_MS);
}

function fail(context: StepContext, outcome: StepOutcome<unknown>, isSteady: boolean): void {
  const { runtime } = context;
  if (outcome.kind === 'done') return;
  const wasSynced = runtime.status.sync === 'SYNCED';
  // Nothing of the release is in question while the API server is away for a moment.
  if (!(isSteady && outcome.kind === 'wait' && wasSynced)) runtime.status = statusOfFailure(context, outcome.why);
  retryIn(context, outcome.kind === 'wait' ? outcome.retryMs : STALLED_BASE_MS);
}

function retryIn({ runtime, inForce, ports }: StepContext, baseMs: number): void {
  runtime.failures += 1;
  if (runtime.order === inForce) runtime.wantsPass = false;
  runtime.passDueAtMs = ports.monotonic.nowMs() + backoffMs({ baseMs, maxMs: STALLED_RETRY_MS }, runtime.failures, ports.random);
}

function statusOfFailure({ runtime, inForce }: StepContext, why: StepReason): SyncStatus {
  const { reason, message } = why;
  if (reason === 'PRUNE_NEEDS_APPROVAL' || reason === 'REMOVAL_NEEDS_APPROVAL') return { sync: 'AWAITING_APPROVAL', reason, message };
  if (inForce.order.kind === 'TOMBSTONE') return { sync: 'REMOVING', reason, message };
  if (runtime.isPartial && reason === 'CRD_NOT_ESTABLISHED') return { sync: 'APPLYING', reason, message };
  const hasLastGood = runtime.inventory?.head.applied !== undefined;
  return { sync: hasLastGood && !runtime.isPartial ? 'KEPT_LAST_GOOD' : 'FAILED', reason, message };
}

/** The objects to look at now: what the cluster spoke of, what a comparison asked for, and what is not healthy and due. */
function takeTouched({ runtime, ports }: StepContext): ReadonlySet<string> {
  const nowMs = ports.monotonic.nowMs();
  const keys = runtime.takeTouched();
  // News of something that is on its way out: a pass sees whether it is gone.
  for (const key of keys) if (runtime.leaving.has(key)) runtime.wantsPass = true;
  if (nowMs >= runtime.recheckAtMs) {
    for (const key of runtime.awaited.keys()) keys.add(key);
    for (const [key, { health }] of runtime.observed) if (health !== 'HEALTHY' && health !== 'SUSPENDED') keys.add(key);
  }
  for (const key of runtime.undeclared) keys.delete(key);
  return keys;
}

/** Remembers, once per release, that the target was healthy with it: such content is kept to go back to. */
async function noteHealthy(context: StepContext): Promise<void> {
  const { runtime, ports, signal } = context;
  const key = runtime.inventory?.head.applied?.contentKey;
  if (key === undefined || key === runtime.healthyKey || runtime.status.sync !== 'SYNCED' || driftOf(runtime).length > 0 || healthOfTarget(runtime).health !== 'HEALTHY') return;
  const marked = await ports.content.markHealthy(runtime.target, key, ports.clock.now(), signal);
  if (!marked.ok) {
    ports.log.warn('could not note that content was healthy; it is tried again', { target: runtime.target, code: marked.error.code, message: marked.error.message });
    return;
  }
  await reached(context, 'agent.health.after-mark');
  runtime.healthyKey = key;
}

/** What the hub is told of the content that is stored. That it cannot be found out now keeps nothing else from going on. */
async function noteKept({ runtime, ports, signal }: StepContext): Promise<void> {
  const kept = await ports.content.kept(runtime.target, signal);
  runtime.kept = kept.ok ? kept.value : undefined;
}

function next(context: StepContext, inspectAgainMs: number | undefined): Worked {
  const { runtime, inForce, ports } = context;
  const nowMs = ports.monotonic.nowMs();
  const isUnhealthy = runtime.awaited.size > 0 || [...runtime.observed.values()].some(({ health }) => health !== 'HEALTHY' && health !== 'SUSPENDED');
  runtime.recheckAtMs = isUnhealthy ? nowMs + jitterMs(ports.settings.unhealthyRecheckMs, 0.2, ports.random) : Number.POSITIVE_INFINITY;
  if (runtime.order !== inForce || runtime.wantsPass) return { againInMs: 0, isRemoved: false };
  const times = [runtime.passDueAtMs - nowMs, runtime.compareAllAtMs - nowMs, runtime.recheckAtMs - nowMs, inspectAgainMs ?? Number.POSITIVE_INFINITY, ports.settings.reportAgainMs];
  return { againInMs: Math.max(0, Math.min(...times)), isRemoved: false };
}
