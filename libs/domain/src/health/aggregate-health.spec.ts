import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aggregateHealth, HEALTH_STATES, type HealthState, type ObjectHealth } from '#domain';

const object = (name: string, health: HealthState, message = 'x'): ObjectHealth => ({ ref: { group: 'apps', kind: 'Deployment', namespace: 'shop', name }, health, message });

describe('aggregateHealth', () => {
  it('is the worst of its objects and names them', () => {
    expect(aggregateHealth([object('a', 'HEALTHY'), object('b', 'DEGRADED', 'crashes'), object('c', 'PROGRESSING', '1/2')])).toEqual({
      health: 'DEGRADED',
      message: 'Deployment.apps shop/b: crashes',
      unhealthy: [object('b', 'DEGRADED', 'crashes'), object('c', 'PROGRESSING', '1/2')],
    });
  });

  it('names three and counts the rest', () => {
    const health = aggregateHealth(['e', 'd', 'c', 'b', 'a'].map((name) => object(name, 'MISSING', 'gone')));
    expect(health.message).toBe('Deployment.apps shop/a: gone; Deployment.apps shop/b: gone; Deployment.apps shop/c: gone and 2 more');
  });

  it('lists at most 50', () => {
    expect(aggregateHealth(Array.from({ length: 80 }, (_, i) => object(`o${i}`, 'DEGRADED'))).unhealthy).toHaveLength(50);
  });

  it('does not call a target healthy of which nothing was looked at', () => {
    expect(aggregateHealth([])).toEqual({ health: 'UNKNOWN', message: 'No object was looked at yet', unhealthy: [] });
  });

  it('does not depend on the order of the objects', () => {
    const objects = fc.uniqueArray(fc.record({ name: fc.string({ minLength: 1, maxLength: 5 }), health: fc.constantFrom(...HEALTH_STATES) }), { selector: (o) => o.name, maxLength: 20 });
    fc.assert(
      fc.property(objects, (list) => {
        const all = list.map((o) => object(o.name, o.health));
        expect(aggregateHealth(all.toReversed())).toEqual(aggregateHealth(all));
      }),
    );
  });
});
