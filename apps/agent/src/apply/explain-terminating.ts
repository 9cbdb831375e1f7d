import { whyTerminating, type StepOutcome } from '#domain';
import type { ObjectReader } from './object-reader.js';

/** Puts into a refusal for a terminating namespace what the namespace itself says holds it up. Everything else comes back unchanged. */
export async function explainTerminating<T>(outcome: StepOutcome<T>, reader: ObjectReader, signal: AbortSignal): Promise<StepOutcome<T>> {
  if (outcome.kind !== 'wait' || outcome.why.namespace === undefined) return outcome;
  const ref = { group: '', kind: 'Namespace', namespace: '', name: outcome.why.namespace };
  const read = await reader.read({ ref, apiVersion: 'v1' }, { signal });
  // One that is gone by now, or that may not be read, explains nothing.
  if (!read.ok || read.value?.metadata.deletionTimestamp === undefined) return outcome;
  return { ...outcome, why: { ...outcome.why, message: `${whyTerminating(read.value)}; ${outcome.why.message}` } };
}
