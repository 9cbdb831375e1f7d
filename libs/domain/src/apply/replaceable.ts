import { fieldOf } from '../json/read-json.js';
import { formatObjectRef, type ObjectMeta, type ObjectRef } from '../object/kube-object.js';
import { isGuardedKind } from '../prune/prune-guard.js';
import { removalPolicyOf } from '../prune/removal-policy.js';

/**
 * Why an object is not deleted to be created again, whatever its annotations allow; undefined: it may be. What holds data or other objects, what
 * is protected and what a controller owns is never replaced: that is for a person to do. Pure.
 *
 * @param declared the object as Git has it now
 * @param live the object as it is
 */
export function whyNotReplaceable(ref: ObjectRef, declared: ObjectMeta, live: ObjectMeta): string | undefined {
  const object = formatObjectRef(ref);
  if (isGuardedKind(ref)) return `${object} is never deleted to be created again, since what it holds would go with it: delete it by hand, or give it another name`;
  if (removalPolicyOf(declared, 'PRUNE') !== 'REMOVE' || removalPolicyOf(live, 'PRUNE') !== 'REMOVE') return `${object} asks to stay, so it is not deleted to be created again: take that annotation off first`;
  if ((live.ownerReferences ?? []).some((reference) => fieldOf(reference, 'controller') === true)) return `${object} belongs to a controller, so it is not deleted to be created again`;
  return undefined;
}
