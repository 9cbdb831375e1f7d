import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '#testing';
import { fleetOf, PROD_EU } from '../cast/fleet.js';
import { MADE_UP_IMAGES } from '../cast/fleet-repository.js';
import { THROW_AWAY_SCENE } from '../cast/scene.js';
import { checkAuditLog } from './check-audit-log.js';
import { explainedWrites } from './explained-writes.js';

const AGENT = 'system:serviceaccount:capstan-system:capstan-agent';
const APPLIER = 'system:serviceaccount:capstan-system:capstan-apply';

function entry(write: string, more: Partial<AuditEntry> = {}): AuditEntry {
  const [verb = '', kind = '', path = ''] = write.split(' ');
  const [group, resource] = kind.includes('/') ? kind.split('/') : ['', kind];
  const [namespace, name] = path.includes('/') ? path.split('/') : [resource === 'namespaces' ? path : '', path];
  return {
    verb, group: group ?? '', resource: resource ?? '', namespace: namespace ?? '', name: name ?? '', subresource: '', user: AGENT, impersonatedUser: APPLIER,
    userAgent: '', code: 200, isDryRun: false, requestUri: '', time: '', answeredAt: '', requestObject: undefined, ...more,
  };
}

describe('the check over an audit log', () => {
  const explained = explainedWrites(PROD_EU, THROW_AWAY_SCENE, MADE_UP_IMAGES);
  const told = explained.map(({ write }) => entry(write));
  const check = (entries: readonly AuditEntry[]): ReturnType<typeof checkAuditLog> => checkAuditLog(entries, explained, THROW_AWAY_SCENE);

  it('counts what the story explains, in any order, beside the own state of the agent and what others do', () => {
    const beside = [
      entry('update secrets capstan-system/capstan-inventory', { impersonatedUser: undefined }),
      entry('update coordination.k8s.io/leases capstan-system/capstan-agent', { impersonatedUser: undefined }),
      entry('patch apps/deployments shop/shop', { user: 'admin', impersonatedUser: undefined }),
    ];
    expect(check([...beside, ...told.toReversed()])).toEqual({ ok: true, value: { writes: 11, deletes: 0, because: new Map([['the first release', 7], ['the new image', 1], ['the edit by hand', 1], ['the release that never became ready', 1], ['its rollback', 1]]) } });
  });

  it.each<[string, readonly AuditEntry[], string]>([
    ['a delete', [...told, entry('delete services shop/shop')], `delete services shop/shop, as ${APPLIER}, is not explained`],
    ['one write too many', [...told, entry('patch services shop/shop')], `patch services shop/shop, as ${APPLIER}, is not explained`],
    ['one write too few', told.slice(0, -1), 'patch apps/deployments shop/shop, for its rollback, is missing'],
    ['a write of a subresource', [...told, entry('patch apps/deployments shop/shop', { subresource: 'scale' })], `patch apps/deployments/scale shop/shop, as ${APPLIER}, is not explained`],
    ['content written as the agent itself', [...told.slice(1), entry(explained[0]?.write ?? '', { impersonatedUser: undefined })], `create namespaces shop, as ${AGENT}, is not explained`],
    ['a Secret elsewhere written as the agent itself', [...told, entry('create secrets shop/stolen', { impersonatedUser: undefined })], `create secrets shop/stolen, as ${AGENT}, is not explained`],
  ])('names %s', (_what, entries, problem) => {
    const checked = check(entries);
    expect(checked.ok ? [] : checked.error).toContain(problem);
  });

  it('expects the edit by hand on one cluster alone', () => {
    expect(fleetOf(5).map((part) => explainedWrites(part, THROW_AWAY_SCENE, MADE_UP_IMAGES).length)).toEqual([8, 8, 11, 8, 8]);
  });
});
