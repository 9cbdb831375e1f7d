import { describe, expect, it } from '@jest/globals';
import { digestOf, digestOfJson } from '#kernel';
import { applicationId, clusterId, contentKey, hubId, orderDigest, projectId, releaseId, repositoryId, targetId, type AssignmentOrder, type TombstoneOrder } from '#domain';
import fc from 'fast-check';
import { Order } from './generated/capstan/agent/v1/order.js';
import { decodeOrder, encodeOrder } from './order-wire.js';
import { requiredFeatures } from './required-features.js';

const id = (last: string): string => `00000000-0000-7000-8000-0000000000${last}`;
const header = {
  hub: hubId(id('01')), audience: clusterId(id('02')), target: targetId(id('03')), epoch: 1n, generation: 42n,
  project: { id: projectId(id('04')), name: 'default' }, application: { id: applicationId(id('05')), name: 'podinfo' },
  issuedAt: new Date('2026-11-01T12:00:00.000Z'), expiresAt: new Date('2026-11-02T12:00:00.000Z'),
};
const parameters = { replicas: 3, 'ü': ['x', null, { deep: true }] };
const assignment: AssignmentOrder = {
  ...header, kind: 'ASSIGNMENT',
  release: {
    id: releaseId(id('06')), commit: 'a'.repeat(40), ref: 'refs/heads/main', sourceDigest: digestOf('s'), path: 'apps/podinfo', renderer: 'KUSTOMIZE', namespace: 'podinfo', substitute: true,
    repository: { id: repositoryId(id('07')), url: 'https://git.example.com/fleet.git', credentialDigest: digestOf('c') },
  },
  parameters, parametersDigest: digestOfJson(parameters), sync: { prune: true, drift: 'REPORT' }, approvedPrunes: [digestOf('p')],
};
const chart: AssignmentOrder = { ...assignment, release: { ...assignment.release, renderer: 'HELM', substitute: false, helm: { valuesFiles: ['../prod.yaml', 'eu.yaml'], releaseName: 'blue', skipHooks: true } } };
const withPolicy: AssignmentOrder = {
  ...assignment,
  patches: [{ target: { group: '', kind: 'ConfigMap' }, patch: 'data: {a: "1"}' }],
  dependsOn: ['certs', 'database'],
  health: [{ group: 'example.com', kind: 'Widget', healthy: 'object.status.ready', degraded: 'object.status.failed' }],
  sync: { prune: true, drift: 'HEAL', ignore: [{ kind: 'Deployment', jsonPointers: ['/spec/replicas'], when: 'true' }, { managers: ['hpa'] }] },
};
const tombstone: TombstoneOrder = { ...header, kind: 'TOMBSTONE', mode: 'ORPHAN', approvedRemovals: [] };

/** An encoded assignment with something changed after the encoder. */
function changed(change: (wire: ReturnType<typeof Order.decode>) => void): Uint8Array {
  const wire = Order.decode(encodeOrder(assignment));
  change(wire);
  return Order.encode(wire).finish();
}

describe('orders on the wire', () => {
  it.each([['an assignment', assignment], ['an assignment of a chart', chart], ['an assignment with every policy', withPolicy], ['a tombstone', tombstone], ['a tombstone of an application that needed another', { ...tombstone, dependsOn: ['certs'] }]])('keep %s as it is', (_name, order) => {
    expect(decodeOrder(encodeOrder(order))).toEqual({ ok: true, value: order });
  });

  it('name the same content to hub and agent', () => {
    const keys = [assignment, chart, withPolicy].map((order) => [order, decodeOrder(encodeOrder(order))] as const).map(([sent, got]) => [contentKey(sent), got.ok && got.value.kind === 'ASSIGNMENT' ? contentKey(got.value) : undefined]);
    for (const [sent, got] of keys) expect(got).toBe(sent);
    expect(new Set(keys.flat()).size).toBe(2); // patches make other content, the renderer is of the release
  });

  it('say what an agent must know for them, and keep what this build does not know', () => {
    expect(Order.decode(encodeOrder(withPolicy)).requires).toEqual(['orders.patches', 'orders.depends-on', 'orders.health-rules', 'orders.ignore-rules']);
    expect(Order.decode(encodeOrder(assignment)).requires).toEqual([]);
    const newer = changed((wire) => wire.requires.push('orders.patches', 'orders.teleport'));
    expect(decodeOrder(newer)).toEqual({ ok: true, value: { ...assignment, unknownFeatures: ['orders.teleport'] } });
    expect(requiredFeatures(newer)).toEqual(['orders.patches', 'orders.teleport']);
  });

  it('need what they say, also where a hub from before did not list it', () => {
    const wire = Order.decode(encodeOrder(withPolicy));
    expect(requiredFeatures(Order.encode({ ...wire, requires: [] }).finish())).toEqual(['orders.patches', 'orders.depends-on', 'orders.health-rules', 'orders.ignore-rules']);
    expect(requiredFeatures(encodeOrder({ ...tombstone, dependsOn: ['certs'] }))).toEqual([]); // letting go needs no order
    expect(requiredFeatures(encodeOrder({ ...tombstone, mode: 'DELETE', dependsOn: ['certs'] }))).toEqual(['orders.depends-on']);
  });

  it.each<[string, Uint8Array, object]>([
    ['an unknown kind', changed((wire) => (wire.kind = undefined)), { code: 'UNKNOWN_MESSAGE', detail: 'order.kind' }],
    ['an unknown renderer', changed((wire) => wire.kind?.$case === 'assignment' && (wire.kind.value.renderer = 77 as never)), { code: 'UNKNOWN_MESSAGE', detail: 'assignment.renderer=77' }],
    ['an unset drift policy', changed((wire) => wire.kind?.$case === 'assignment' && (wire.kind.value.drift = 0)), { code: 'MALFORMED', field: 'assignment.drift' }],
    ['more values files than an application can have', changed((wire) => wire.kind?.$case === 'assignment' && (wire.kind.value.helm = { valuesFiles: Array(33).fill('a'), releaseName: '', skipHooks: false })), { code: 'MALFORMED', field: 'assignment.helm.values_files' }],
    ['a target that is no id', changed((wire) => (wire.targetId = '../x')), { code: 'MALFORMED', field: 'target_id' }],
    ['no expiry', changed((wire) => (wire.expiresAt = undefined)), { code: 'MALFORMED', field: 'expires_at' }],
    ['parameters that are not the digest\'s', changed((wire) => wire.kind?.$case === 'assignment' && (wire.kind.value.parametersJson = '{}')), { code: 'MALFORMED', field: 'assignment.parameters_digest' }],
    ['a generation past 63 bits', changed((wire) => (wire.generation = 2n ** 63n)), { code: 'MALFORMED', field: 'generation' }],
    ['more needs than anything has', changed((wire) => (wire.requires = Array(65).fill('a'))), { code: 'MALFORMED', field: 'requires' }],
    ['cut bytes', encodeOrder(assignment).subarray(0, 50), { code: 'MALFORMED', field: 'order' }],
  ])('refuse %s by a code', (_name, bytes, error) => {
    expect(decodeOrder(bytes)).toEqual({ ok: false, error });
  });

  it('say where in a trace they belong, which is no part of what is ordered; one that does not read is none', () => {
    const traced = { ...assignment, traceparent: `00-${'4b'.repeat(16)}-${'0f'.repeat(8)}-01` };
    expect(decodeOrder(encodeOrder(traced))).toEqual({ ok: true, value: traced });
    expect(requiredFeatures(encodeOrder(traced))).toEqual([]);
    expect([orderDigest(traced), contentKey(traced)]).toEqual([orderDigest(assignment), contentKey(assignment)]);
    expect(decodeOrder(changed((wire) => (wire.traceparent = `00-${'0'.repeat(32)}-x`)))).toEqual({ ok: true, value: assignment });
  });

  it('never throw, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => typeof decodeOrder(bytes).ok === 'boolean'), { numRuns: 2_000 });
    const valid = encodeOrder(assignment);
    fc.assert(fc.property(fc.nat(valid.length - 1), fc.nat(255), (at, value) => {
      const bytes = Uint8Array.from(valid);
      bytes[at] = value;
      return typeof decodeOrder(bytes).ok === 'boolean';
    }), { numRuns: 2_000 });
  });
});
