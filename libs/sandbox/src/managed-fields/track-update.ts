import type { JsonObject } from '#kernel';
import { compare, touchedBy } from './compare.js';
import { difference, EMPTY_SET, isEmptySet, union, withoutBranches, type FieldSet } from './field-set.js';
import { isSameOwner, type FieldOwner, type OwnerIdentity } from './field-owner.js';
import type { MergeSchema } from './merge-schema.js';

/**
 * Who owns what after a create, replace or patch: the writer takes every field that it changed or added, and fields that went
 * are nobody's. A write that changes nothing takes nothing. Pure.
 */
export function trackUpdate(
  schema: MergeSchema,
  before: JsonObject,
  after: JsonObject,
  owners: readonly FieldOwner[],
  writer: OwnerIdentity,
  now: string,
  unowned: FieldSet,
): readonly FieldOwner[] {
  const comparison = compare(schema, before, after);
  const touched = withoutBranches(touchedBy(comparison), unowned);
  const previous = owners.find((owner) => isSameOwner(owner, writer));
  const others = owners
    .filter((owner) => owner !== previous)
    .map((owner) => ({ ...owner, fields: difference(difference(owner.fields, touched), comparison.removed) }));
  const fields = union(difference(previous?.fields ?? EMPTY_SET, comparison.removed), touched);
  if (isEmptySet(fields)) return others;
  const time = isEmptySet(touched) ? (previous?.time ?? now) : now;
  return [...others, { ...writer, time, fields }];
}
