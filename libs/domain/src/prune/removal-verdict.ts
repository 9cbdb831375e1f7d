import { fieldOf, isJsonObject } from '../json/read-json.js';
import type { LiveEntry } from '../inventory/inventory.types.js';
import type { KubeObject } from '../object/kube-object.js';
import { isKept } from '../object/helm-annotations.js';
import { FIELD_MANAGER, OWNER_ANNOTATION } from '../object/ownership.js';

export type RemovalVerdict =
  /** Ours, under the UID that we know: delete it with that UID as precondition. */
  | 'REMOVE'
  /** Not there any more: nothing to do, the entry goes. */
  | 'GONE'
  /** On its way out already: keep tracking it. */
  | 'LEAVING'
  /** Another object under the same name, or one that another owner took over, or that a controller owns: it stays, the entry goes. */
  | 'NOT_OURS'
  /** Ours, and it asks to stay: nothing is deleted, the entry goes. */
  | 'KEPT';

/**
 * The last look before a delete, at the object as it is now. Somebody who stripped our annotation did not take the object
 * over as long as our field manager still stands on it; an owner annotation of somebody else did.
 *
 * @param live undefined only when the server said that the object does not exist; a failed read must not come here
 */
export function removalVerdict(entry: LiveEntry, live: KubeObject | undefined, owner: string): RemovalVerdict {
  if (live === undefined) return 'GONE';
  if (live.metadata.uid !== entry.uid) return 'NOT_OURS';
  const claimed = live.metadata.annotations?.[OWNER_ANNOTATION];
  if (claimed !== undefined && claimed !== owner) return 'NOT_OURS';
  if ((live.metadata.ownerReferences ?? []).some((reference) => fieldOf(reference, 'controller') === true)) return 'NOT_OURS';
  const isManaged = (live.metadata.managedFields ?? []).some((fields) => isJsonObject(fields) && fieldOf(fields, 'manager') === FIELD_MANAGER);
  if (claimed === undefined && !isManaged) return 'NOT_OURS';
  if (live.metadata.deletionTimestamp !== undefined) return 'LEAVING';
  return isKept(live.metadata) ? 'KEPT' : 'REMOVE';
}
