import { printable } from './printable.js';
import { plural } from './plural.js';

export interface RemovalObject {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

interface ReleaseLine {
  readonly number: number;
  readonly commit: string;
  readonly subject?: string | null;
}

/** A target with the removal that waits, as the API shows it. */
export interface RemovalTarget {
  readonly name: string;
  readonly reason: string;
  readonly message: string;
  readonly assigned: { readonly release: ReleaseLine | null } | null;
  readonly observed: {
    readonly release: ReleaseLine | null;
    readonly objectCount: number;
    readonly pendingRemoval: { readonly digest: string; readonly total: number; readonly objects: readonly RemovalObject[] } | null;
  } | null;
}

/** A plan of removal as a diff that a person reads before approving: what drops the objects, why it waits, and one `-` line for each object, by kind. Pure. */
export function formatRemoval(target: RemovalTarget, contents: ReadonlyMap<string, string> = new Map()): string {
  const pending = target.observed?.pendingRemoval;
  if (pending === null || pending === undefined) return '';
  const kinds = Map.groupBy(pending.objects, ({ group, kind }) => (group === '' ? kind : `${kind}.${group}`));
  const runs = target.observed?.release;
  const next = target.reason === 'REMOVAL_NEEDS_APPROVAL' ? undefined : target.assigned?.release;
  const head = [
    `# target/${target.name} ${target.reason}`,
    ...(runs === null || runs === undefined ? [] : [`--- ${sayRelease(runs)}`]),
    next === null || next === undefined ? '+++ the target is removed' : `+++ ${sayRelease(next)}`,
    `# removes ${plural(pending.total, 'object')} of ${target.observed?.objectCount ?? 0}`,
    `# ${target.message}`,
  ];
  const body = [...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([kind, objects]) => [
    `@@ ${kind} (${objects.length}) @@`,
    ...objects.flatMap((object) => [`- ${nameOf(object)}`, ...(contents.get(removalKey(object)) ?? '').split('\n').filter((line) => line !== '').map((line) => `-   ${line}`)]),
  ]);
  const rest = pending.total - pending.objects.length;
  return [...head, ...body, ...(rest > 0 ? [`# and ${rest} more that the agent did not name`] : []), `# digest ${pending.digest}`].map((line) => `${printable(line)}\n`).join('');
}

/** What stands for an object in `contents`. */
export function removalKey({ group, kind, namespace, name }: RemovalObject): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

function nameOf({ namespace, name }: RemovalObject): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

function sayRelease({ number, commit, subject }: ReleaseLine): string {
  return `release ${number} ${commit.slice(0, 12)}${subject === undefined || subject === null || subject === '' ? '' : ` ${subject}`}`;
}
