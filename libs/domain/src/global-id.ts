import { isUuid } from '#kernel';

/** The types that have a global id in GraphQL. */
export const GLOBAL_ID_TYPES = ['Cluster', 'Project', 'Repository', 'Application', 'ApplicationRevision', 'Release', 'Rollout', 'Target', 'JoinToken', 'GitWrite', 'Validator'] as const;
export type GlobalIdType = (typeof GLOBAL_ID_TYPES)[number];

/** An opaque id for GraphQL: base64url of `Type:uuid`. */
export function formatGlobalId(type: GlobalIdType, id: string): string {
  return Buffer.from(`${type}:${id}`, 'utf8').toString('base64url');
}

/** The type and UUID inside a global id, or undefined when it is not one of ours. */
export function parseAnyGlobalId(text: string): { readonly type: GlobalIdType; readonly id: string } | undefined {
  if (text.length > 200) return undefined;
  const [typeText, id, ...rest] = Buffer.from(text, 'base64url').toString('utf8').split(':');
  const type = GLOBAL_ID_TYPES.find((known) => known === typeText);
  return type !== undefined && id !== undefined && rest.length === 0 && isUuid(id) ? { type, id } : undefined;
}

/** The UUID inside a global id of that type, or undefined. */
export function parseGlobalId(type: GlobalIdType, text: string): string | undefined {
  const parsed = parseAnyGlobalId(text);
  return parsed?.type === type ? parsed.id : undefined;
}
