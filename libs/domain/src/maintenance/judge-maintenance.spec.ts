import { judgeMaintenance, maintenanceOf, sayMaintenance, type MaintenanceWindow, type TimeWindow } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const NOW = new Date('2026-11-02T12:00:00.000Z'); // a Monday
const window = (name: string, ...windows: readonly TimeWindow[]): MaintenanceWindow => ({ name, selector: { all: true, matchLabels: {}, matchExpressions: [] }, windows });
const allow = (schedule: string, duration = '2h'): TimeWindow => ({ kind: 'ALLOW', schedule, duration, timeZone: 'UTC' });
const deny = (from: string, to: string): TimeWindow => ({ kind: 'DENY', from, to });

describe('judgeMaintenance', () => {
  it.each<[string, readonly MaintenanceWindow[], readonly [boolean, string | undefined, string | undefined]]>([
    ['no windows', [], [true, '2026-11-02T12:00:00.000Z', undefined]],
    ['one that is open', [window('a', allow('0 11 * * *'))], [true, '2026-11-02T12:00:00.000Z', undefined]],
    ['one that opens', [window('a', allow('0 22 * * *'))], [false, '2026-11-02T22:00:00.000Z', undefined]],
    ['two that open at different times', [window('a', allow('0 22 * * *')), window('b', allow('0 23 * * *'))], [false, '2026-11-02T23:00:00.000Z', undefined]],
    ['one that is over when the other opens, and comes again', [window('a', allow('0 22 * * *')), window('b', allow('0 23 * * 3', '1d'))], [false, '2026-11-04T23:00:00.000Z', undefined]],
    ['a freeze of the one longer than the other', [window('a', deny('2026-11-01T00:00:00.000Z', '2026-11-05T09:00:00.000Z')), window('b', allow('0 22 * * *'))], [false, '2026-11-05T22:00:00.000Z', undefined]],
    ['one that never opens', [window('a', allow('0 22 * * *', 'nonsense')), window('b')], [false, undefined, undefined]],
  ])('of %s', (_name, windows, [isOpen, opensAt, closedUntil]) => {
    const judgement = judgeMaintenance(windows, NOW);
    expect([judgement.isOpen, judgement.opensAt?.toISOString(), judgement.closedUntil?.toISOString()]).toEqual([isOpen, opensAt, closedUntil]);
  });

  it('says of two that are open in turns until when they are not, and comes to an end', () => {
    const { isOpen, opensAt, closedUntil } = judgeMaintenance([window('a', allow('0 8 * * 1', '1h')), window('b', allow('0 8 * * 2', '1h'))], NOW);
    expect([isOpen, opensAt]).toEqual([false, undefined]);
    expect(closedUntil?.getTime()).toBeGreaterThan(NOW.getTime() + 30 * 86_400_000);
  });

  it('names those that are closed', () => {
    expect(sayMaintenance(judgeMaintenance([window('a', allow('0 22 * * *')), window('b', allow('0 11 * * *')), window('c', deny('2026-11-01T00:00:00.000Z', '2026-11-05T09:00:00.000Z'))], NOW))).toBe(
      'a is closed until 2026-11-02 22:00 UTC (window daily 22:00-00:00), and c is closed until 2026-11-05 09:00 UTC (freeze 2026-11-01 00:00 to 2026-11-05 09:00 UTC)',
    );
  });

  it('names the first instant at which all are open', () => {
    const period = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 20 })).map(([from, length]) => deny(new Date(NOW.getTime() + from * 60_000).toISOString(), new Date(NOW.getTime() + (from + length) * 60_000).toISOString()));
    const windows = fc.array(fc.array(period, { minLength: 1, maxLength: 4 }).map((list) => window('w', ...list)), { maxLength: 4 });
    fc.assert(fc.property(windows, (list) => {
      const minutes = Array.from({ length: 90 }, (_, n) => new Date(NOW.getTime() + n * 60_000));
      const first = minutes.find((at) => list.every((one) => one.windows.every((period) => 'from' in period && !(period.from <= at.toISOString() && at.toISOString() < period.to))));
      expect(judgeMaintenance(list, NOW).opensAt).toEqual(first);
    }), { numRuns: 100 });
  });
});

describe('maintenanceOf', () => {
  const prod: MaintenanceWindow = { name: 'prod', selector: { all: false, matchLabels: { env: 'prod' }, matchExpressions: [] }, windows: [] };
  it.each([[{ env: 'prod' }, ['all', 'prod']], [{ env: 'lab' }, ['all']], [{}, ['all']]])('of a cluster with %j is %j', (labels, names) => expect(maintenanceOf(labels, [window('all'), prod]).map(({ name }) => name)).toEqual(names));
});
