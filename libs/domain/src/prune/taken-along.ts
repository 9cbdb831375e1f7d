import type { LiveEntry } from '../inventory/inventory.types.js';
import { formatObjectRef } from '../object/kube-object.js';

/** How many objects go with one that is removed, beside those that the same plan names; UNKNOWN: they could not be counted. */
export type TakenAlong = number | 'UNKNOWN';

/** What an approval covers of the objects that go along: as many as were shown, or fewer. What could not be counted was approved as such. */
export function isWithinShown(now: TakenAlong, shown: TakenAlong): boolean {
  if (shown === 'UNKNOWN') return true;
  return now !== 'UNKNOWN' && now <= shown;
}

/** What the listing of an entry showed. */
export function shownWith(entry: LiveEntry): TakenAlong {
  return entry.takesAlong ?? 0;
}

export function isDefinitionEntry({ ref }: Pick<LiveEntry, 'ref'>): boolean {
  return ref.group === 'apiextensions.k8s.io' && ref.kind === 'CustomResourceDefinition';
}

/** An object of a plan, with what goes along with it. */
export function sayWaiting(entry: LiveEntry): string {
  const along = shownWith(entry);
  const said = along === 0 ? '' : along === 'UNKNOWN' ? ' with objects of its kind that could not be counted' : ` with ${along} ${along === 1 ? 'object' : 'objects'} of its kind`;
  return `${formatObjectRef(entry.ref)}${said}`;
}
