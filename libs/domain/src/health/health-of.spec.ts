import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { HEALTH_STATES, healthOf, type KubeObject } from '#domain';

/** Noon of the first of November: the time at which every case is looked at. */
const NOW = new Date('2026-11-01T12:00:00Z');
const CASES = new URL('./cases/', import.meta.url);

/** A case is `<what>.<expected state>.yaml`; its first line is the expected message. */
const cases = readdirSync(CASES)
  .toSorted()
  .map((file) => {
    const text = readFileSync(new URL(file, CASES), 'utf8');
    const [what = '', state = ''] = file.split('.');
    const object: KubeObject = parse(text);
    return { what: what.replaceAll('-', ' '), state: state.toUpperCase(), says: /^# says: (.+)\n/.exec(text)?.[1], object };
  });

describe('healthOf', () => {
  it('has a case for every state that a live object can be in', () => {
    expect(cases.length).toBeGreaterThanOrEqual(45);
    expect(new Set(cases.map(({ state }) => state))).toEqual(new Set(HEALTH_STATES.filter((state) => state !== 'MISSING' && state !== 'UNKNOWN')));
  });

  it.each(cases)('$what is $state', ({ object, state, says }) => {
    expect(healthOf(object, NOW)).toEqual({ health: state, message: says });
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
