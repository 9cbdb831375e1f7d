/** What a principal may do. Names are stable: they appear in the API, in token scopes and in the audit log. */
export const PERMISSIONS = [
  'viewer:read',
  'project:read', 'project:write',
  'cluster:read', 'cluster:write', 'cluster:remove', 'cluster:join',
  'repository:read', 'repository:write', 'repository:delete', 'history:approve',
  'application:read', 'application:write', 'application:sync', 'application:delete',
  'validator:read', 'validator:write',
  'release:read', 'rollout:read', 'rollout:control', 'rollout:promote', 'rollout:approve', 'rollout:rollback', 'target:read', 'target:logs', 'target:test', 'object:describe', 'prune:approve',
  'audit:read', 'token:read', 'token:write',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['admin', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

const READS: readonly Permission[] = ['viewer:read', 'project:read', 'cluster:read', 'repository:read', 'application:read', 'validator:read', 'release:read', 'rollout:read', 'target:read'];
const OF_ROLE: Readonly<Record<Role, readonly Permission[]>> = { admin: PERMISSIONS, viewer: READS };

export function isPermission(text: string): text is Permission {
  return PERMISSIONS.some((known) => known === text);
}

export function isRole(text: string): text is Role {
  return ROLES.some((known) => known === text);
}

/**
 * What the roles of a principal grant, cut down to the scopes of the token that was used (`*`: everything the roles grant).
 * Unknown roles and scopes grant nothing: an older hub never guesses at a newer name.
 */
export function grantedPermissions(roles: readonly string[], scopes: readonly string[]): ReadonlySet<Permission> {
  const granted = new Set(roles.filter(isRole).flatMap((role) => OF_ROLE[role]));
  if (scopes.includes('*')) return granted;
  return new Set([...granted].filter((permission) => scopes.includes(permission)));
}
