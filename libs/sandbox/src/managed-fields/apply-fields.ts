import { err, ok, type JsonObject, type Result } from '#kernel';
import { isObject } from '../json/read-json.js';
import { compare, touchedBy } from './compare.js';
import { difference, EMPTY_SET, intersection, isEmptySet, pathsOf, union, withoutBranches, type FieldSet } from './field-set.js';
import { fieldSetOf, withDeclaredParents } from './field-set-of.js';
import { formatOwner, isSameOwner, type FieldOwner, type OwnerIdentity } from './field-owner.js';
import { merge, withoutFields } from './merge.js';
import type { MergeSchema } from './merge-schema.js';
import { formatPath } from './path-element.js';

export interface FieldClaim {
  readonly owner: OwnerIdentity;
  readonly field: string;
}

export interface ApplyInput {
  readonly schema: MergeSchema;
  /** Without managedFields. */
  readonly live: JsonObject;
  readonly applied: JsonObject;
  readonly owners: readonly FieldOwner[];
  readonly applier: OwnerIdentity;
  readonly force: boolean;
  /** RFC 3339, seconds. */
  readonly now: string;
  /** Paths that nobody owns through this endpoint: identity, and status or all but status. */
  readonly unowned: FieldSet;
}

export interface Owned {
  readonly object: JsonObject;
  readonly owners: readonly FieldOwner[];
}

/**
 * Server-side apply: lays the configuration over the live object, drops what the applier declared last time and does not
 * declare now (unless somebody else holds it), and refuses to change what others hold unless forced. Pure.
 */
export function applyFields(input: ApplyInput): Result<Owned, readonly FieldClaim[]> {
  const { schema, live, applied, applier } = input;
  const last = input.owners.find((owner) => isSameOwner(owner, applier))?.fields;
  const others = input.owners.filter((owner) => !isSameOwner(owner, applier));
  const fields = withoutBranches(fieldSetOf(schema, applied), input.unowned);
  const mine: FieldOwner = { ...applier, time: input.now, fields };

  const merged = merge(schema, live, applied);
  const pruned = last === undefined || !isObject(merged) ? merged : prune(schema, merged, last, [...others, mine]);
  const object = isObject(pruned) ? pruned : {};

  const comparison = compare(schema, live, object);
  const touched = touchedBy(comparison);
  const claims = others.map((owner) => ({ owner, fields: intersection(owner.fields, touched) })).filter((claim) => !isEmptySet(claim.fields));
  if (claims.length > 0 && !input.force) {
    return err(claims.flatMap(({ owner, fields: held }) => pathsOf(held).map((path) => ({ owner, field: formatPath(path) }))));
  }
  const left = others.map((owner) => ({ ...owner, fields: difference(difference(owner.fields, touched), comparison.removed) }));
  return ok({ object, owners: [...left, mine] });
}

/** The conflict as kube-apiserver words it: one line for one field, else a list per owner. */
export function formatClaims(claims: readonly FieldClaim[]): string {
  const [first] = claims;
  if (claims.length === 1 && first !== undefined) return `Apply failed with 1 conflict: conflict with ${formatOwner(first.owner)}: ${first.field}`;
  const byOwner = Map.groupBy(claims, (claim) => formatOwner(claim.owner));
  const lines = [...byOwner].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([owner, held]) => [`conflicts with ${owner}:`, ...held.map((claim) => `- ${claim.field}`)]);
  return `Apply failed with ${claims.length} conflicts: ${lines.join('\n')}`;
}

/**
 * Takes out what `last` held and nobody holds now. A declared struct goes as a whole, defaults inside it included, once nobody
 * holds anything in it: that is what the real server does, and the defaults come back afterwards.
 */
function prune(schema: MergeSchema, merged: JsonObject, last: FieldSet, owners: readonly FieldOwner[]): JsonObject {
  const lastWithParents = withDeclaredParents(schema, last);
  const mergedWithParents = withDeclaredParents(schema, fieldSetOf(schema, merged));
  const held = withDeclaredParents(schema, owners.reduce((set, owner) => union(set, owner.fields), EMPTY_SET));
  const setOfValue = (value: JsonObject): FieldSet => withDeclaredParents(schema, fieldSetOf(schema, value));

  const bare = removed(schema, merged, lastWithParents);
  const withOwned = removed(schema, merged, difference(mergedWithParents, union(setOfValue(bare), held)));
  return removed(schema, merged, intersection(difference(mergedWithParents, setOfValue(withOwned)), lastWithParents));
}

function removed(schema: MergeSchema, value: JsonObject, set: FieldSet): JsonObject {
  const left = withoutFields(schema, value, set);
  return isObject(left) ? left : {};
}
