import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import fc from 'fast-check';
import { BUILT_IN_RULES, CROSSPLANE_RESOURCE, crossplaneRule, HEALTH_STATES, healthOf, parseApiVersion, type KubeObject } from '#domain';

/** Noon of the first of November: the time at which every case is looked at. */
const NOW = new Date('2026-11-01T12:00:00Z');
const CASES = new URL('./cases/', import.meta.url);

/** Statuses with the words that rules look for, in any combination. */
const condition = fc.record({
  type: fc.constantFrom('Ready', 'Available', 'Synced', 'Accepted', 'Programmed', 'Healthy', 'Installed', 'Established', 'Progressing', 'Complete', 'Failed', 'Paused', 'Fallback', 'Issuing', 'NamesAccepted', 'ScalingActive', 'AbleToScale'),
  status: fc.constantFrom('True', 'False', 'Unknown'),
  reason: fc.string({ maxLength: 20 }),
  message: fc.string({ maxLength: 400 }),
  lastTransitionTime: fc.constantFrom('2026-11-01T11:58:00Z', '2026-11-01T11:00:00Z', 'never'),
  observedGeneration: fc.constantFrom(1, 2),
});
const anyStatus = fc.record(
  {
    phase: fc.oneof(fc.constantFrom('Healthy', 'Degraded', 'Paused', 'Running', 'Failed', 'Succeeded', 'Bound', 'Lost', 'Pending', 'Active'), fc.string({ maxLength: 400 })),
    message: fc.string({ maxLength: 400 }),
    state: fc.oneof(fc.constantFrom('valid', 'invalid', 'pending'), fc.string({ maxLength: 400 })),
    conditions: fc.array(condition, { maxLength: 4 }),
    parents: fc.array(fc.record({ parentRef: fc.record({ name: fc.string({ maxLength: 400 }) }), conditions: fc.array(condition, { maxLength: 2 }) }), { maxLength: 2 }),
    listeners: fc.array(fc.record({ name: fc.string({ maxLength: 400 }), conditions: fc.array(condition, { maxLength: 2 }) }), { maxLength: 2 }),
    replicas: fc.nat(3), readyReplicas: fc.nat(3), availableReplicas: fc.nat(3), updatedReplicas: fc.nat(3),
    workspaceID: fc.constantFrom('', 'ws-1'), runStatus: fc.record({ status: fc.oneof(fc.constantFrom('applied', 'planned', 'errored'), fc.string({ maxLength: 400 })) }),
    failureMessage: fc.string({ maxLength: 400 }),
  },
  { requiredKeys: [] },
);
const anySpec = fc.record({ replicas: fc.nat(3), suspend: fc.boolean(), paused: fc.boolean(), type: fc.constantFrom('LoadBalancer', 'oci') }, { requiredKeys: [] });

/** A case is `<from where>/<what>.<expected state>.yaml`; its first line is the expected message. */
const cases = readdirSync(CASES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .toSorted()
  .map((file) => {
    const text = readFileSync(new URL(file, CASES), 'utf8');
    const [what = '', state = ''] = file.split('.');
    const object: KubeObject = parse(text, { version: '1.1' });
    return { file, what: what.replaceAll('-', ' ').replace('/', ': '), state: state.toUpperCase(), says: /^# says: (.+)\n/.exec(text)?.[1], object };
  });

describe('healthOf', () => {
  it('has a case for every state that a live object can be in', () => {
    expect(new Set(cases.map(({ state }) => state))).toEqual(new Set(HEALTH_STATES.filter((state) => state !== 'MISSING' && state !== 'UNKNOWN')));
  });

  it.each(cases)('$what is $state', ({ object, state, says }) => {
    expect(healthOf(object, NOW)).toEqual({ health: state, message: says });
  });

  describe.each([...BUILT_IN_RULES].flatMap(([origin, rules]) => rules.map((rule) => ({ origin, name: `${rule.kinds.join(', ')} (${rule.group === '' ? 'core' : rule.group})`, rule }))))('the rule for $name', ({ rule }) => {
    const own = cases.filter(({ object }) => rule.kinds.includes(object.kind) && parseApiVersion(object.apiVersion).group === rule.group);
    // What holds for every kind is not the rule's own.
    const said = new Set(own.map(({ object }) => rule.judge(object, NOW).health));

    it('has a case for each of its outcomes, and no others', () => {
      expect([...said].toSorted()).toEqual(Object.keys(rule.outcomes).toSorted());
    });

    it('has a healthy case for each of its kinds', () => {
      expect(rule.kinds.filter((kind) => !own.some(({ object, state }) => object.kind === kind && state === 'HEALTHY'))).toEqual([]);
    });

    it('says nothing else of whatever is in a status, and nothing long', () => {
      const kind = fc.constantFrom(...rule.kinds);
      fc.assert(
        fc.property(kind, anySpec, anyStatus, (one, spec, status) => {
          const object: KubeObject = { apiVersion: `${rule.group}/v1`, kind: one, metadata: { name: 'web', generation: 2 }, spec, status };
          const health = rule.judge(object, NOW);
          expect(Object.keys(rule.outcomes)).toContain(health.health);
          expect(health.message.length).toBeLessThanOrEqual(300);
          expect(rule.judge(object, NOW)).toEqual(health);
        }),
        { numRuns: 60 },
      );
    });
  });

  it('knows resources of Crossplane, whose kinds anybody may name, by what they look like: a case for each outcome', () => {
    const own = cases.filter(({ object }) => crossplaneRule(object) !== undefined);
    expect(new Set(own.map(({ object }) => CROSSPLANE_RESOURCE.judge(object, NOW).health))).toEqual(new Set(Object.keys(CROSSPLANE_RESOURCE.outcomes)));
    expect(new Set(own.map(({ file }) => file.split('/')[0]))).toEqual(new Set(['crossplane']));
  });

  it('never calls a custom resource healthy that its conditions call bad', () => {
    fc.assert(
      fc.property(fc.constantFrom('Ready', 'Synced'), fc.constantFrom('False', 'Unknown'), (type, status) => {
        const conditions = ['Ready', 'Synced'].map((one) => ({ type: one, status: one === type ? status : 'True' }));
        expect(healthOf({ apiVersion: 'db.example.com/v1', kind: 'Database', metadata: { name: 'web' }, status: { conditions } }, NOW).health).not.toBe('HEALTHY');
      }),
    );
  });

  it('calls an object that does not exist MISSING', () => {
    expect(healthOf(undefined, NOW)).toEqual({ health: 'MISSING', message: 'Not in the cluster' });
  });

  it('cuts what a controller says to one line of 250 characters', () => {
    const message = `a\nb ${'x'.repeat(5_000)}`;
    const object: KubeObject = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, status: { conditions: [{ type: 'Stalled', status: 'True', message }] } };
    const said = healthOf(object, NOW).message;
    expect(said).toHaveLength(250);
    expect(said).toMatch(/^Stalled: a b x+…$/);
  });

  it.each<[string, KubeObject]>([
    ['conditions that are no list', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'w' }, status: { conditions: 'all fine' } }],
    ['a status that is a text', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'w' }, status: 'ok' }],
    ['a condition that is null', { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, status: { conditions: [null] } }],
  ])('survives %s', (_name, object) => {
    expect(HEALTH_STATES).toContain(healthOf(object, NOW).health);
  });
});
