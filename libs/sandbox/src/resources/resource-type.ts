import type { MergeSchema } from '../managed-fields/merge-schema.js';
import type { CustomSchema } from '../kinds/custom-schema.js';

/** One served resource in one version: what discovery lists and requests are routed by. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly isNamespaced: boolean;
  /** `status` is written by the subresource alone. */
  readonly hasStatus: boolean;
  /** metadata.generation counts changes of what is wanted. */
  readonly hasGeneration: boolean;
  /** How its lists and maps merge under server-side apply. */
  readonly schema: MergeSchema;
  /** For custom resources: types, required fields and defaults of the version's schema. */
  readonly custom?: CustomSchema;
  readonly isCustom: boolean;
}

/** The key of the table in which objects of a resource are stored, whatever the version. */
export function tableOf(type: Pick<ResourceType, 'group' | 'plural'>): string {
  return `${type.group}/${type.plural}`;
}

export function apiVersionOf(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** `deployments.apps`, as messages spell it. */
export function groupResource(type: Pick<ResourceType, 'group' | 'plural'>): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}
