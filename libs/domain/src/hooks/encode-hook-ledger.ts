import type { Json } from '#kernel';
import type { JsonReader } from '../inventory/json-reader.js';
import { HOOK_PHASES, type HookPhase } from './hook.types.js';
import type { HookFailure, HookLedger, HookLeftover, HookRecord, HookState } from './hook-ledger.types.js';

const STATES: readonly HookState[] = ['INTENDED', 'RUNNING', 'SUCCEEDED', 'FAILED'];
const REASONS: readonly HookFailure['reason'][] = ['HOOK_FAILED', 'HOOK_TIMED_OUT', 'WAVE_NOT_HEALTHY'];

/** A ledger as it stands in the inventory's head. */
export function hookLedgerJson(ledger: HookLedger): Json {
  return {
    contentKey: ledger.contentKey,
    run: ledger.run,
    isInstall: ledger.isInstall,
    hasWritten: ledger.hasWritten,
    isOver: ledger.isOver,
    failure: ledger.failure && { ...ledger.failure },
    records: ledger.records.map(({ ref, since, ...rest }) => ({ ...rest, ...ref, since: since.toISOString() })),
    leftovers: ledger.leftovers.map(({ ref, apiVersion, uid }) => ({ ...ref, apiVersion, uid })),
  };
}

/** Reads what `hookLedgerJson` wrote; what does not read is the reader's fault. */
export function parseHookLedger(reader: JsonReader): HookLedger {
  return {
    contentKey: reader.text('contentKey'),
    run: reader.text('run'),
    isInstall: reader.flag('isInstall'),
    hasWritten: reader.flag('hasWritten'),
    isOver: reader.flag('isOver'),
    ...(reader.has('failure') ? { failure: parseFailure(reader.object('failure')) } : {}),
    records: reader.list('records').map(parseRecord),
    leftovers: reader.list('leftovers').map(parseLeftover),
  };
}

function parseFailure(reader: JsonReader): HookFailure {
  return { reason: reader.parsed('reason', (text) => REASONS.find((reason) => reason === text)) ?? 'HOOK_FAILED', message: reader.text('message'), ...(reader.has('gate') ? { gate: reader.text('gate') } : {}) };
}

function parseRecord(reader: JsonReader): HookRecord {
  return {
    phase: reader.parsed<HookPhase>('phase', (text) => HOOK_PHASES.find((phase) => phase === text)) ?? 'before',
    id: reader.text('id'),
    ref: parseRef(reader),
    apiVersion: reader.text('apiVersion'),
    run: reader.text('run'),
    state: reader.parsed<HookState>('state', (text) => STATES.find((state) => state === text)) ?? 'FAILED',
    ...(reader.has('uid') ? { uid: reader.text('uid') } : {}),
    since: reader.parsed('since', parseDate) ?? new Date(0),
    deadlineMs: reader.count('deadlineMs'),
    ...(reader.has('isGone') && reader.flag('isGone') ? { isGone: true as const } : {}),
  };
}

function parseLeftover(reader: JsonReader): HookLeftover {
  return { ref: parseRef(reader), apiVersion: reader.text('apiVersion'), uid: reader.text('uid') };
}

function parseRef(reader: JsonReader): HookRecord['ref'] {
  return { group: reader.text('group'), kind: reader.text('kind'), namespace: reader.text('namespace'), name: reader.text('name') };
}

function parseDate(text: string): Date | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
