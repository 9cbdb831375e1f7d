import type { ObjectMeta } from './kube-object.js';
import { OWNER_ANNOTATION } from './ownership.js';

/** Who owns a live object, by its owner annotation. */
export type Claim =
  /** Nobody's: it may be taken over by applying it. */
  | { readonly kind: 'FREE' }
  | { readonly kind: 'OURS' }
  /** `claimedBy` is `project/application`, with the hub in front when it is another hub's. */
  | { readonly kind: 'FOREIGN'; readonly claimedBy: string };

/**
 * Whether a target may apply to a live object. The first owner keeps it. An annotation that we cannot read is somebody's too.
 *
 * @param owner our own owner annotation: `<hub id>/<project>/<application>`
 */
export function claimOf(live: ObjectMeta, owner: string): Claim {
  const claimed = live.annotations?.[OWNER_ANNOTATION];
  if (claimed === undefined) return { kind: 'FREE' };
  if (claimed === owner) return { kind: 'OURS' };
  const [hub, ...application] = claimed.slice(0, 300).split('/');
  const isSameHub = hub === owner.split('/')[0] && application.length === 2;
  return { kind: 'FOREIGN', claimedBy: isSameHub ? application.join('/') : claimed.slice(0, 300) };
}
