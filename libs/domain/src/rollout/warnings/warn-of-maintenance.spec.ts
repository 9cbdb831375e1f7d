import { warnOfMaintenance, type MaintenanceWindow, type TimeWindow } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { NOW } from '../testing/rollout-rows.js';

const window = (name: string, ...windows: readonly TimeWindow[]): MaintenanceWindow => ({ name, selector: { all: false, matchLabels: { [name]: 'yes' }, matchExpressions: [] }, windows });
const allow = (schedule: string, timeZone = 'UTC'): TimeWindow => ({ kind: 'ALLOW', schedule, duration: '2h', timeZone });
const WINDOWS = [window('nights', allow('0 22 * * *')), window('spring', allow('0 8 1 3 *')), window('never', allow('0 8 * * *', 'Atlantis/Poseidonis'))];
const cluster = (name: string, ...labels: readonly string[]) => ({ cluster: name, labels: Object.fromEntries(labels.map((label) => [label, 'yes'])) });

describe('warnOfMaintenance', () => {
  it.each<[string, readonly ReturnType<typeof cluster>[], readonly string[]]>([
    ['clusters without any', [cluster('eu-1')], []],
    ['a window that opens soon', [cluster('eu-1', 'nights')], []],
    ['one that never opens', [cluster('eu-2', 'never', 'nights'), cluster('eu-1', 'never', 'nights')], [
      'MAINTENANCE_NEVER_OPENS maintenanceWindows.0: 2 clusters (eu-1, eu-2) never get a release, and hold up their stage: nights is closed until 2026-11-01 22:00 UTC (window daily 22:00-00:00), and never is closed: no window ever opens. Change the maintenance windows of the project, or the labels of the clusters; until then only promoteStage lets them pass.',
    ]],
    ['one that opens in months', [cluster('eu-1', 'spring')], [
      'MAINTENANCE_OPENS_LATE maintenanceWindows.1: 1 cluster (eu-1) gets a release not until 2027-03-01T08:00:00.000Z, and holds up its stage: spring is closed until 2027-03-01 08:00 UTC (window "0 8 1 3 *" for 2h). Change the maintenance windows of the project, or the labels of the clusters; until then only promoteStage lets them pass.',
    ]],
  ])('of %s', (_name, clusters, expected) => {
    expect(warnOfMaintenance(WINDOWS, clusters, NOW).map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`)).toEqual(expected);
  });
});
