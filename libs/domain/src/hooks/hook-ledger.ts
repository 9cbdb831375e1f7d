import { objectKey, objectRefOf, parseApiVersion, type KubeObject, type ObjectRef } from '../object/kube-object.js';
import type { OrderVersion } from '../target/assignment.js';
import type { HookLedger, HookLeftover, HookRecord } from './hook-ledger.types.js';
import { hookObject } from './hook-object.js';
import type { Hook, HookPhase } from './hook.types.js';
import { runsToAnEnd } from './judge-hook.js';

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

/** Whether the deadline of a hook has passed. */
export function isOverdue({ since, deadlineMs }: HookRecord, now: Date): boolean {
  return now.getTime() - since.getTime() >= deadlineMs;
}

/** Whether an object of an earlier run has to be deleted before this one is created. */
export function mustGoFirst(hook: Hook, object: KubeObject): boolean {
  return hook.deletes.has('before-creation') || runsToAnEnd({ group: parseApiVersion(object.apiVersion).group, kind: object.kind });
}
