import type { LiveEntry } from '../inventory/inventory.types.js';
import { formatObjectRef } from '../object/kube-object.js';
import type { TakenAlong } from './taken-along.js';

/** What the listing of an entry showed to go along with it. */
export function shownWith(entry: LiveEntry): TakenAlong {
  return entry.takesAlong ?? 0;
}

/** Whether an entry defines a kind, whose objects go with it. */
export function isDefinitionEntry({ ref }: Pick<LiveEntry, 'ref'>): boolean {
  return ref.group === 'apiextensions.k8s.io' && ref.kind === 'CustomResourceDefinition';
}

/** An object of a plan, with what goes along with it. */
export function sayWaiting(entry: LiveEntry): string {
  const along = shownWith(entry);
  const said = along === 0 ? '' : along === 'UNKNOWN' ? ' with objects of its kind that could not be counted' : ` with ${along} ${along === 1 ? 'object' : 'objects'} of its kind`;
  return `${formatObjectRef(entry.ref)}${said}`;
}
