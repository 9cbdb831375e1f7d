import { describe, expect, it } from '@jest/globals';
import { describeWindow, judgeWindows, sayWindows, type TimeWindow } from '#domain';

const window = (kind: 'ALLOW' | 'DENY', schedule: string, duration: string, timeZone = 'Europe/Berlin'): TimeWindow => ({ kind, schedule, duration, timeZone });
const OFFICE = window('ALLOW', '0 8 * * 1-5', '8h');
const FREEZE: TimeWindow = { kind: 'DENY', from: '2026-12-20T00:00:00.000Z', to: '2027-01-04T00:00:00.000Z' };

describe('sayWindows', () => {
  it.each<[readonly TimeWindow[], string, string]>([
    [[], '2026-11-26T12:00:00Z', 'open'],
    [[OFFICE], '2026-11-27T15:00:00Z', 'closed until 2026-11-30 08:00 Europe/Berlin (window weekdays 08:00-16:00)'],
    [[OFFICE], '2026-11-26T12:00:00Z', 'open until 2026-11-26 16:00 Europe/Berlin (window weekdays 08:00-16:00)'],
    [[FREEZE], '2026-11-26T12:00:00Z', 'open until 2026-12-20 00:00 UTC'],
    [[FREEZE], '2026-12-24T12:00:00Z', 'closed until 2027-01-04 00:00 UTC (freeze 2026-12-20 00:00 to 2027-01-04 00:00 UTC)'],
    [[OFFICE, FREEZE], '2027-01-03T12:00:00Z', 'closed until 2027-01-04 07:00 UTC (freeze 2026-12-20 00:00 to 2027-01-04 00:00 UTC)'],
    [[window('DENY', '* * * * *', '7d', 'UTC')], '2026-11-26T12:00:30Z', 'closed until 2028-01-06 12:00 UTC at least (window "* * * * *" for 7d)'],
    [[window('ALLOW', '0 8 * * *', '8h', 'Atlantis/Poseidonis')], '2026-11-26T12:00:00Z', 'closed: no window ever opens'],
    [[window('DENY', '0 8 * * *', '8h', 'Atlantis/Poseidonis')], '2026-11-26T12:00:00Z', 'closed, and nothing opens it again (window daily 08:00-16:00)'],
  ])('of %j at %s: %s', (windows, now, sentence) => {
    expect(sayWindows(judgeWindows(windows, new Date(now)))).toBe(sentence);
  });
});

describe('describeWindow', () => {
  it.each<[string, string, string]>([
    ['0 22 * * *', '8h', 'daily 22:00-06:00'],
    ['5 9 * * sat', '90m', 'Saturdays 09:05-10:35'],
    ['0 0 * * 0,6', '1d', 'weekends 00:00 for 1d'],
    ['0 22 1 * *', '8h', '"0 22 1 * *" for 8h'],
    ['0 8,20 * * *', '1h', '"0 8,20 * * *" for 1h'],
  ])('%s for %s: %s', (schedule, duration, words) => {
    expect(describeWindow(window('ALLOW', schedule, duration))).toBe(words);
  });
});
