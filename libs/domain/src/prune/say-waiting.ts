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

/** Whether an entry is a namespace, whose objects go with it. */
export function isNamespaceEntry({ ref }: Pick<LiveEntry, 'ref'>): boolean {
  return ref.group === '' && ref.kind === 'Namespace';
}

/** An object of a plan, with what goes along with it. */
export function sayWaiting(entry: LiveEntry): string {
  const along = shownWith(entry);
  const whose = isNamespaceEntry(entry) ? 'of other applications' : 'of its kind';
  const said = along === 0 ? '' : along === 'UNKNOWN' ? ` with objects ${whose} that could not be counted` : ` with ${along} ${along === 1 ? 'object' : 'objects'} ${whose}`;
  return `${formatObjectRef(entry.ref)}${said}`;
}
