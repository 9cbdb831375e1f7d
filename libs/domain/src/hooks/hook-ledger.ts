import { parseApiVersion, type KubeObject, type ObjectRef } from '../object/kube-object.js';
import { objectKey, objectRefOf } from '../object/kube-object.js';
import type { OrderVersion } from '../target/assignment.js';
import type { ReasonCode } from '../target/reason-code.js';
import { isGuardedKind } from '../prune/prune-guard.js';
import type { Hook, HookPhase } from './hook.types.js';
import { hookObject } from './hook-object.js';
import { runsToAnEnd } from './judge-hook.js';

/** INTENDED: about to be created, and perhaps there. RUNNING: created under its UID. The others are for ever. */
export type HookState = 'INTENDED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED';

/** What is known of one hook in one phase of one release. */
export interface HookRecord {
  readonly phase: HookPhase;
  /** Key of the hook as it is declared. */
  readonly id: string;
  /** The object as it is created. */
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  /** The run that it is marked with: an earlier attempt's where it had succeeded. */
  readonly run: string;
  readonly state: HookState;
  readonly uid?: string | undefined;
  /** When it was intended, then when it was created: its deadline counts from there. */
  readonly since: Date;
  readonly deadlineMs: number;
  /** Its object has been deleted by us after its end. */
  readonly isGone?: true | undefined;
}

/** The object of a hook of an earlier release that may still be there. */
export interface HookLeftover {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  readonly uid: string;
}

export interface HookFailure {
  readonly reason: Extract<ReasonCode, 'HOOK_FAILED' | 'HOOK_TIMED_OUT' | 'WAVE_NOT_HEALTHY'>;
  /** Names the hook and the phase. */
  readonly message: string;
  /** Of a wave that is not healthy: what waited for it. */
  readonly gate?: string | undefined;
}

/**
 * How far the hooks of one release have come on one target. Durable with the inventory's head, in the same compare-and-swap: a hook is INTENDED
 * before it is created, so that whoever comes after a crash looks for it instead of running it again.
 */
export interface HookLedger {
  readonly contentKey: string;
  /** `<epoch>-<generation>` of the order with which this attempt began. */
  readonly run: string;
  readonly isInstall: boolean;
  /** Objects of the release may have been written. */
  readonly hasWritten: boolean;
  /** The release has been applied whole, its hooks included. */
  readonly isOver: boolean;
  readonly failure?: HookFailure | undefined;
  readonly records: readonly HookRecord[];
  readonly leftovers: readonly HookLeftover[];
}

/** Leftovers of kinds that do not end by themselves pile up when hooks are renamed: beyond this the oldest are forgotten and stay. */
const MAX_LEFTOVERS = 300;

export function runOf({ epoch, generation }: OrderVersion): string {
  return `${epoch}-${generation}`;
}

/**
 * Whether hooks of this content have to run, or to run on: it is not what was applied, or something else was written since. A release that was
 * applied whole never runs them again, whatever order repeats it. Pure.
 */
export function areHooksDue(ledger: HookLedger | undefined, appliedKey: string | undefined, contentKey: string): boolean {
  if (ledger?.contentKey === contentKey) return !ledger.isOver;
  return appliedKey !== contentKey || (ledger !== undefined && ledger.hasWritten && !ledger.isOver);
}

/** Records of hooks that may be running. */
export function openRecords(ledger: HookLedger | undefined): readonly HookRecord[] {
  return (ledger?.records ?? []).filter(({ state }) => state === 'INTENDED' || state === 'RUNNING');
}

/**
 * The ledger with which a pass goes on: the one that there is; or, after a failure and with a newer order, another attempt, in which what had succeeded
 * stays done; or a new one, in which the objects of the one before are leftovers. Pure.
 */
export function openLedger(ledger: HookLedger | undefined, how: { readonly contentKey: string; readonly order: OrderVersion; readonly isInstall: boolean }): HookLedger {
  const run = runOf(how.order);
  if (ledger?.contentKey === how.contentKey && !ledger.isOver) {
    if (ledger.failure === undefined || ledger.run === run) return ledger;
    const { failure: _failure, ...rest } = ledger;
    const again = ledger.records.filter(({ state, phase }) => state === 'FAILED' || phase === 'on-failure');
    return { ...rest, run, records: ledger.records.filter((record) => !again.includes(record)), leftovers: leftoversOf(ledger.leftovers, again) };
  }
  return { contentKey: how.contentKey, run, isInstall: how.isInstall, hasWritten: false, isOver: false, records: [], leftovers: leftoversOf(ledger?.leftovers ?? [], ledger?.records ?? []) };
}

function leftoversOf(before: readonly HookLeftover[], records: readonly HookRecord[]): readonly HookLeftover[] {
  return [...before, ...records.flatMap(({ ref, apiVersion, uid, isGone }) => (uid === undefined || isGone === true ? [] : [{ ref, apiVersion, uid }]))].slice(-MAX_LEFTOVERS);
}

export function recordOf(ledger: HookLedger, phase: HookPhase, hook: Hook): HookRecord | undefined {
  const id = objectKey(objectRefOf(hook.object));
  return ledger.records.find((record) => record.phase === phase && record.id === id);
}

/** The record of a hook that is about to be created. */
export function intendHook(hook: Hook, phase: HookPhase, run: string, now: Date): HookRecord {
  const object = hookObject(hook, run, phase);
  return { phase, id: objectKey(objectRefOf(hook.object)), ref: objectRefOf(object), apiVersion: object.apiVersion, run, state: 'INTENDED', since: now, deadlineMs: hook.deadlineMs };
}

/** The ledger with these records in the place of their older selves. */
export function withRecords(ledger: HookLedger, records: readonly HookRecord[]): HookLedger {
  const keyOf = ({ phase, id }: HookRecord): string => `${phase} ${id}`;
  const fresh = new Map(records.map((record) => [keyOf(record), record]));
  const kept = ledger.records.map((record) => fresh.get(keyOf(record)) ?? record);
  const known = new Set(kept.map(keyOf));
  return { ...ledger, records: [...kept, ...records.filter((record) => !known.has(keyOf(record)))] };
}

/** Everything of a ledger that may be in the cluster. */
export function hookObjectsOf(ledger: HookLedger | undefined): readonly HookLeftover[] {
  return ledger === undefined ? [] : leftoversOf(ledger.leftovers, ledger.records);
}

/** Which objects a ledger claims: also one that was only intended. */
export function hookRefsOf(ledger: HookLedger | undefined): readonly ObjectRef[] {
  return ledger === undefined ? [] : [...ledger.leftovers.map(({ ref }) => ref), ...ledger.records.filter(({ isGone }) => isGone !== true).map(({ ref }) => ref)];
}

/** Leftovers that may go once a newer release is there: what has run to its end. What others may use stays until the target goes. */
export function endedLeftovers(leftovers: readonly HookLeftover[]): readonly HookLeftover[] {
  return leftovers.filter(({ ref }) => runsToAnEnd(ref));
}

/** Leftovers that go with the target; kinds that hold data or other objects stay, as they would wait for an approval that nobody is asked for. */
export function removableHookObjects(ledger: HookLedger | undefined): readonly HookLeftover[] {
  return hookObjectsOf(ledger).filter(({ ref }) => !isGuardedKind(ref));
}

/** Whether the deadline of a hook has passed. */
export function isOverdue({ since, deadlineMs }: HookRecord, now: Date): boolean {
  return now.getTime() - since.getTime() >= deadlineMs;
}

/** Whether an object of an earlier run has to be deleted before this one is created. */
export function mustGoFirst(hook: Hook, object: KubeObject): boolean {
  return hook.deletes.has('before-creation') || runsToAnEnd({ group: parseApiVersion(object.apiVersion).group, kind: object.kind });
}
