import { describe, expect, it } from '@jest/globals';
import { grantedPermissions, PERMISSIONS } from './permission.js';

describe('grantedPermissions', () => {
  it.each([
    ['an administrator with every scope may do everything', ['admin'], ['*'], [...PERMISSIONS]],
    ['a scope cuts a role down', ['admin'], ['cluster:read'], ['cluster:read']],
    ['a scope never adds to a role', ['viewer'], ['cluster:write'], []],
    ['unknown roles and scopes grant nothing', ['root'], ['*', 'all'], []],
    ['no scope grants nothing', ['admin'], [], []],
  ])('%s', (_name, roles, scopes, expected) => {
    expect([...grantedPermissions(roles, scopes)]).toEqual(expected);
  });
});
