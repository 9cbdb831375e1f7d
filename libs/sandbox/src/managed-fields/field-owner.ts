import type { Json, JsonObject } from '#kernel';
import { isObject, objectAt, stringAt } from '../json/read-json.js';
import { fromFieldsV1, isEmptySet, toFieldsV1, type FieldSet } from './field-set.js';

/** One entry of metadata.managedFields: who holds which fields, and by which kind of write. */
export interface FieldOwner {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  /** RFC 3339, seconds. */
  readonly time: string;
  readonly fields: FieldSet;
}

export type OwnerIdentity = Pick<FieldOwner, 'name' | 'operation' | 'apiVersion' | 'subresource'>;

/** Appliers are one owner whatever the version; updaters are one per version. */
export function isSameOwner(left: OwnerIdentity, right: OwnerIdentity): boolean {
  const isSameVersion = left.operation === 'Apply' || left.apiVersion === right.apiVersion;
  return left.name === right.name && left.operation === right.operation && left.subresource === right.subresource && isSameVersion;
}

/** As messages name an owner: `"kubectl" using apps/v1`, `"capstan"`. */
export function formatOwner(owner: OwnerIdentity): string {
  const name = JSON.stringify(owner.name) + (owner.subresource === undefined ? '' : ` with subresource ${JSON.stringify(owner.subresource)}`);
  return owner.operation === 'Update' ? `${name} using ${owner.apiVersion}` : name;
}

export function ownersFromJson(entries: readonly Json[]): readonly FieldOwner[] {
  return entries.filter(isObject).flatMap((entry) => {
    const name = stringAt(entry, 'manager');
    const operation = stringAt(entry, 'operation');
    if (name === undefined || (operation !== 'Apply' && operation !== 'Update')) return [];
    const subresource = stringAt(entry, 'subresource');
    return [{
      name,
      operation,
      apiVersion: stringAt(entry, 'apiVersion') ?? '',
      ...(subresource === undefined || subresource === '' ? {} : { subresource }),
      time: stringAt(entry, 'time') ?? '',
      fields: fromFieldsV1(objectAt(entry, 'fieldsV1')),
    }];
  });
}

/** In the server's order: appliers first, then by time and name. Owners of nothing are left out. */
export function ownersToJson(owners: readonly FieldOwner[]): readonly JsonObject[] {
  const key = (owner: FieldOwner): string => [owner.operation, owner.time, owner.name, owner.apiVersion, owner.subresource ?? ''].join('\u0000');
  return owners
    .filter((owner) => !isEmptySet(owner.fields))
    .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
    .map((owner) => ({
      manager: owner.name,
      operation: owner.operation,
      apiVersion: owner.apiVersion,
      time: owner.time,
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(owner.fields),
      ...(owner.subresource === undefined ? {} : { subresource: owner.subresource }),
    }));
}
