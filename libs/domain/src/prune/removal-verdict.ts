import { fieldOf, isJsonObject } from '../json/read-json.js';
import type { LiveEntry } from '../inventory/inventory.types.js';
import type { KubeObject } from '../object/kube-object.js';
import { FIELD_MANAGER, OWNER_ANNOTATION } from '../object/ownership.js';
import { findReservation, type ReservedForAgent } from '../object/reserved-for-agent.js';
import { policyOfWishes, withLiveWishes, type RemovalCause } from './removal-policy.js';

export type RemovalVerdict =
  /** Ours, under the UID that we know: delete it with that UID as precondition. */
  | 'REMOVE'
  /** Not there any more: nothing to do, the entry goes. */
  | 'GONE'
  /** On its way out already: keep tracking it. */
  | 'LEAVING'
  /** Another object under the same name, or one that another owner took over, or that a controller owns, or a part of the agent itself: it stays, the entry goes. */
  | 'NOT_OURS'
  /** Ours, and it asks to stay: nothing is deleted, the entry goes. */
  | 'KEPT';

export interface VerdictHow {
  /** Value of the owner annotation of the target's application. */
  readonly owner: string;
  readonly cause: RemovalCause;
  readonly reserved: ReservedForAgent;
}

/**
 * The last look before a delete, at the object as it is now. Somebody who stripped our annotation did not take the object
 * over as long as our field manager still stands on it; an owner annotation of somebody else did.
 *
 * @param live undefined only when the server said that the object does not exist; a failed read must not come here
 */
export function removalVerdict(entry: LiveEntry, live: KubeObject | undefined, how: VerdictHow): RemovalVerdict {
  const { owner } = how;
  if (live === undefined) return 'GONE';
  // Metadata alone says its own kind; whatever an inventory holds, the agent never removes itself.
  if (findReservation({ ...live, apiVersion: entry.apiVersion, kind: entry.ref.kind }, '', how.reserved) !== undefined) return 'NOT_OURS';
  if (live.metadata.uid !== entry.uid) return 'NOT_OURS';
  const claimed = live.metadata.annotations?.[OWNER_ANNOTATION];
  if (claimed !== undefined && claimed !== owner) return 'NOT_OURS';
  if ((live.metadata.ownerReferences ?? []).some((reference) => fieldOf(reference, 'controller') === true)) return 'NOT_OURS';
  const isManaged = (live.metadata.managedFields ?? []).some((fields) => isJsonObject(fields) && fieldOf(fields, 'manager') === FIELD_MANAGER);
  if (claimed === undefined && !isManaged) return 'NOT_OURS';
  if (live.metadata.deletionTimestamp !== undefined) return 'LEAVING';
  return policyOfWishes(withLiveWishes(entry, live.metadata), how.cause) === 'KEEP' ? 'KEPT' : 'REMOVE';
}
