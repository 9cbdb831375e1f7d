import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digestOf } from '#kernel';
import {
  acceptOrder, applicationId, clusterId, compareVersions, hubId, maxVersion, orderDigest, projectId, releaseId, repositoryId, targetId,
  type AssignmentOrder, type OrderContext, type OrderVersion, type TombstoneOrder,
} from '#domain';

const id = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const HOUR = 3_600_000;
const ISSUED = new Date('2026-11-01T12:00:00Z');
const header = {
  hub: hubId(id(1)), audience: clusterId(id(2)), target: targetId(id(3)), epoch: 2n, generation: 10n,
  project: { id: projectId(id(4)), name: 'default' }, application: { id: applicationId(id(5)), name: 'web' },
  issuedAt: ISSUED, expiresAt: new Date(ISSUED.getTime() + HOUR),
};
const assignment: AssignmentOrder = {
  ...header,
  kind: 'ASSIGNMENT',
  release: {
    id: releaseId(id(6)), commit: 'a'.repeat(40), ref: 'refs/heads/main', sourceDigest: digestOf('tree'), path: 'apps/web', renderer: 'AUTO', namespace: 'web', substitute: false,
    repository: { id: repositoryId(id(7)), url: 'https://git.example.com/fleet.git', credentialDigest: undefined },
  },
  parameters: { replicas: 2 }, parametersDigest: digestOf('p'), sync: { prune: true, drift: 'HEAL' }, approvedPrunes: [],
};
const tombstone: TombstoneOrder = { ...header, kind: 'TOMBSTONE', mode: 'DELETE', approvedRemovals: [] };
const DIGEST = orderDigest(assignment);
const context: OrderContext = { hub: header.hub, cluster: header.audience, held: undefined, floor: { epoch: 0n, generation: 0n }, renderers: ['AUTO', 'PLAIN', 'KUSTOMIZE'], now: ISSUED };
const held = (epoch: bigint, generation: bigint, digest = digestOf('held')): Partial<OrderContext> => ({ held: { epoch, generation, digest } });

describe('acceptOrder', () => {
  it.each<[string, Partial<AssignmentOrder>, Partial<OrderContext>, object]>([
    ['takes the first order for a target', {}, {}, { kind: 'ACCEPT' }],
    ['takes a higher generation', {}, held(2n, 9n), { kind: 'ACCEPT' }],
    ['takes a higher epoch whatever its generation', {}, held(1n, 9_000n), { kind: 'ACCEPT' }],
    ['knows the order that it holds', {}, held(2n, 10n, DIGEST), { kind: 'DUPLICATE' }],
    ['knows it also after it expired', {}, { ...held(2n, 10n, DIGEST), now: new Date(ISSUED.getTime() + 100 * HOUR) }, { kind: 'DUPLICATE' }],
    ['refuses another order under the version that it holds', {}, held(2n, 10n), { kind: 'REFUSE', reason: 'STALE_GENERATION' }],
    ['refuses a lower generation', {}, held(2n, 11n), { kind: 'REFUSE', reason: 'STALE_GENERATION' }],
    ['refuses a lower epoch whatever its generation', { generation: 999n }, held(3n, 1n), { kind: 'REFUSE', reason: 'STALE_GENERATION' }],
    ['refuses a removed target at the floor', {}, { floor: { epoch: 2n, generation: 10n } }, { kind: 'REFUSE', reason: 'STALE_GENERATION' }],
    ['takes a removed target again above the floor', {}, { floor: { epoch: 2n, generation: 9n } }, { kind: 'ACCEPT' }],
    ['measures a target that it holds by what it holds, not by the floor', {}, { ...held(2n, 9n), floor: { epoch: 2n, generation: 50n } }, { kind: 'ACCEPT' }],
    ['refuses what is meant for another cluster', { audience: clusterId(id(99)) }, {}, { kind: 'REFUSE', reason: 'WRONG_AUDIENCE' }],
    ['refuses what another hub says', { hub: hubId(id(99)) }, {}, { kind: 'REFUSE', reason: 'WRONG_AUDIENCE' }],
    ['forgives a clock that is 15 minutes wrong', {}, { now: new Date(header.expiresAt.getTime() + 15 * 60_000) }, { kind: 'ACCEPT' }],
    ['refuses what came too late', {}, { now: new Date(header.expiresAt.getTime() + 15 * 60_000 + 1) }, { kind: 'REFUSE', reason: 'ASSIGNMENT_EXPIRED' }],
    ['refuses what it cannot render', { release: { ...assignment.release, renderer: 'KUSTOMIZE' } }, { renderers: ['PLAIN'] }, { kind: 'REFUSE', reason: 'UNSUPPORTED_ASSIGNMENT' }],
    ['refuses what needs something that it does not know', { unknownFeatures: ['orders.teleport'] }, {}, { kind: 'REFUSE', reason: 'UNSUPPORTED_ASSIGNMENT', message: 'this agent does not know orders.teleport' }],
  ])('%s', (_name, order, more, expected) => {
    expect(acceptOrder({ ...assignment, ...order }, DIGEST, { ...context, ...more })).toMatchObject(expected);
  });

  it('takes a tombstone by the same rule', () => {
    expect(acceptOrder(tombstone, orderDigest(tombstone), { ...context, ...held(2n, 9n) })).toEqual({ kind: 'ACCEPT' });
    expect(acceptOrder(tombstone, orderDigest(tombstone), { ...context, ...held(2n, 11n) })).toMatchObject({ kind: 'REFUSE', reason: 'STALE_GENERATION' });
  });

  it('never goes backwards, whatever is replayed in whatever order', () => {
    const versions = fc.array(fc.record({ epoch: fc.bigInt({ min: 0n, max: 3n }), generation: fc.bigInt({ min: 1n, max: 8n }) }), { maxLength: 30 });
    fc.assert(
      fc.property(versions, (replayed) => {
        let standing: OrderContext['held'];
        for (const version of replayed) {
          const order = { ...assignment, ...version };
          const digest = orderDigest(order);
          const before: OrderVersion = standing ?? context.floor;
          if (acceptOrder(order, digest, { ...context, held: standing }).kind !== 'ACCEPT') continue;
          expect(compareVersions(version, before)).toBeGreaterThan(0);
          standing = { ...version, digest };
        }
        expect(standing ?? context.floor).toMatchObject(replayed.reduce<OrderVersion>(maxVersion, context.floor));
      }),
    );
  });
});

describe('orderDigest', () => {
  it('stays the same when the hub signs the order anew', () => {
    expect(orderDigest({ ...assignment, issuedAt: new Date(0), expiresAt: new Date(1) })).toBe(DIGEST);
  });

  it.each<[string, Partial<AssignmentOrder>]>([
    ['generation', { generation: 11n }],
    ['epoch', { epoch: 3n }],
    ['audience', { audience: clusterId(id(98)) }],
    ['commit', { release: { ...assignment.release, commit: 'b'.repeat(40) } }],
    ['credential', { release: { ...assignment.release, repository: { ...assignment.release.repository, credentialDigest: digestOf('c') } } }],
    ['parameters', { parameters: { replicas: 3 } }],
    ['approval', { approvedPrunes: [digestOf('plan')] }],
    ['drift policy', { sync: { prune: true, drift: 'REPORT' } }],
  ])('changes with the %s', (_name, change) => {
    expect(orderDigest({ ...assignment, ...change })).not.toBe(DIGEST);
  });

  it('tells a deletion from a release of the objects', () => {
    expect(orderDigest({ ...tombstone, mode: 'ORPHAN' })).not.toBe(orderDigest(tombstone));
  });
});
