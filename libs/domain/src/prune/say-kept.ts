import { formatObjectRef, type ObjectRef } from '../object/kube-object.js';

const NAMED = 10;

/** How many objects were let go because they ask to stay, and the first of their names. Pure. */
export function sayKept(refs: readonly ObjectRef[]): string {
  const names = refs.map(formatObjectRef).toSorted().slice(0, NAMED).join('; ');
  return `${refs.length} ${refs.length === 1 ? 'object asks' : 'objects ask'} to stay and ${refs.length === 1 ? 'was' : 'were'} let go: ${names}${refs.length > NAMED ? ` and ${refs.length - NAMED} more` : ''}`;
}
