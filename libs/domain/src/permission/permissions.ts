import { assertNever } from '#kernel';
import type { ProjectId } from '../ids.js';

/** Everything that a resolver can demand. Clusters, join tokens and the audit log belong to the fleet; the rest belongs to a project. */
export const FLEET_PERMISSIONS = [
  'viewer:read', 'cluster:read', 'cluster:write', 'cluster:join', 'cluster:remove', 'project:read', 'audit:read', 'node:read',
] as const;
export const PROJECT_PERMISSIONS = [
  'repository:read', 'repository:write', 'repository:delete', 'application:read', 'application:write', 'application:delete', 'application:sync',
  'target:read', 'target:approve-prune', 'release:read', 'rollout:read', 'rollout:write',
] as const;
export const PERMISSIONS = [...FLEET_PERMISSIONS, ...PROJECT_PERMISSIONS] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['administrator', 'reader'] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

/** What a role may do. A new permission reaches the administrator at once and nobody else. */
export function permissionsOf(role: Role): readonly Permission[] {
  switch (role) {
    case 'administrator':
      return PERMISSIONS;
    case 'reader':
      return PERMISSIONS.filter((permission) => permission.endsWith(':read') && permission !== 'audit:read');
    default:
      return assertNever(role);
  }
}

/** A role, everywhere or within one project. */
export interface Grant {
  readonly role: Role;
  /** undefined: everywhere. */
  readonly project: ProjectId | undefined;
}

/**
 * Whether these grants give the permission. A grant within a project gives that project's permissions alone, never those of the fleet;
 * without a project named, only a grant that holds everywhere counts.
 */
export function hasPermission(grants: readonly Grant[], permission: Permission, project?: ProjectId): boolean {
  const isOfProject = PROJECT_PERMISSIONS.some((one) => one === permission);
  return grants.some((grant) => {
    const covers = grant.project === undefined || (isOfProject && project !== undefined && grant.project === project);
    return covers && permissionsOf(grant.role).includes(permission);
  });
}
