import type { FieldOwner, OwnerIdentity } from '../managed-fields/field-owner.js';
import { setOf, type FieldSet } from '../managed-fields/field-set.js';
import { apiVersionOf, type ResourceType } from '../resources/resource-type.js';

/** Where a write goes and in whose name. */
export interface WriteTarget {
  readonly type: ResourceType;
  /** Empty for cluster scope. */
  readonly namespace: string;
  readonly name: string;
  readonly isStatus: boolean;
  readonly fieldManager: string;
  readonly dryRun: boolean;
}

const IDENTITY = ['apiVersion', 'kind', 'metadata.name', 'metadata.namespace', 'metadata.generateName', 'metadata.uid', 'metadata.resourceVersion', 'metadata.generation'];
const SYSTEM = ['metadata.creationTimestamp', 'metadata.deletionTimestamp', 'metadata.deletionGracePeriodSeconds', 'metadata.selfLink', 'metadata.managedFields'];
const NOBODYS = setOf(...IDENTITY, ...SYSTEM);
const NOBODYS_BESIDE_STATUS = setOf(...IDENTITY, ...SYSTEM, 'status');
const NOBODYS_IN_STATUS = setOf('apiVersion', 'kind', 'metadata', 'spec');

/** The fields that nobody can own through this endpoint. */
export function unownedFields(target: WriteTarget): FieldSet {
  if (target.isStatus) return NOBODYS_IN_STATUS;
  return target.type.hasStatus ? NOBODYS_BESIDE_STATUS : NOBODYS;
}

export function ownerOf(target: WriteTarget, operation: FieldOwner['operation']): OwnerIdentity {
  return { name: target.fieldManager, operation, apiVersion: apiVersionOf(target.type), ...(target.isStatus ? { subresource: 'status' } : {}) };
}
