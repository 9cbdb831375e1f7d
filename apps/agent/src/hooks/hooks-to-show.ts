import { hookObjectsOf, objectKey, type HealthState, type HookLedger, type HookRecord, type LiveEntry } from '#domain';
import type { ObservedObject } from '../reconcile/target-runtime.js';
import { entryOf } from './remove-hook-objects.js';

const HEALTH: Readonly<Record<HookRecord['state'], HealthState>> = { INTENDED: 'PROGRESSING', RUNNING: 'PROGRESSING', SUCCEEDED: 'HEALTHY', FAILED: 'DEGRADED' };

/** The hooks of a target that are there, for those who ask what it consists of: their objects, what is below them, and what their pods say. Pure. */
export function hooksToShow(ledger: HookLedger | undefined): { readonly entries: readonly LiveEntry[]; readonly observed: ReadonlyMap<string, ObservedObject> } {
  const entries = hookObjectsOf(ledger).map(entryOf);
  const records = new Map((ledger?.records ?? []).map((record) => [record.uid, record]));
  const observed = entries.map(({ ref, uid }): readonly [string, ObservedObject] => {
    const record = records.get(uid);
    const seen = record === undefined ? { health: 'UNKNOWN' as const, message: 'hook of an earlier release' } : { health: HEALTH[record.state], message: `${record.phase} hook: ${record.state.toLowerCase()}` };
    return [objectKey(ref), { ref, ...seen, drift: undefined, resourceVersion: undefined }];
  });
  return { entries, observed: new Map(observed) };
}
