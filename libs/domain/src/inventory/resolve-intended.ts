import { fieldOf, isJsonObject } from '../json/read-json.js';
import type { KubeObject, ObjectMeta } from '../object/kube-object.js';
import { FIELD_MANAGER, OWNER_ANNOTATION } from '../object/ownership.js';
import { removalWishesOf } from '../prune/removal-policy.js';
import type { IntendedEntry, LiveEntry } from './inventory.types.js';

export type IntendedResolution =
  /** It was created by us before a crash: it is ours, under its UID. */
  | { readonly kind: 'ADOPT'; readonly entry: LiveEntry }
  /** It was never created, or what is there now is somebody else's: the entry goes, the object stays. */
  | { readonly kind: 'FORGET' };

/**
 * Settles an entry that was intended and never confirmed. Only an object that carries this target's owner annotation and was
 * applied by our field manager is adopted; a name alone proves nothing.
 *
 * @param live undefined only when the server said that the object does not exist; a failed read must not come here
 */
export function resolveIntended(entry: IntendedEntry, live: KubeObject | undefined, owner: string): IntendedResolution {
  const uid = live?.metadata.uid;
  if (live === undefined || uid === undefined || !isAppliedByUs(live.metadata, owner)) return { kind: 'FORGET' };
  return {
    kind: 'ADOPT',
    entry: { ...entry, state: 'LIVE', uid, ...removalWishesOf(live.metadata) },
  };
}

/** Both marks at once: operators copy annotations to objects of their own, but not field managers. */
export function isAppliedByUs(meta: ObjectMeta, owner: string): boolean {
  return meta.annotations?.[OWNER_ANNOTATION] === owner && (meta.managedFields ?? []).some((entry) => isJsonObject(entry) && fieldOf(entry, 'manager') === FIELD_MANAGER && fieldOf(entry, 'operation') === 'Apply');
}
