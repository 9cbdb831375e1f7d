import { describe, expect, it } from '@jest/globals';
import { judgeWindows, type TimeWindow } from '#domain';

const allow = (schedule: string, duration: string, timeZone = 'Europe/Berlin'): TimeWindow => ({ kind: 'ALLOW', schedule, duration, timeZone });
const deny = (schedule: string, duration: string, timeZone = 'Europe/Berlin'): TimeWindow => ({ kind: 'DENY', schedule, duration, timeZone });
const freeze = (from: string, to: string): TimeWindow => ({ kind: 'DENY', from, to });
const at = (instant: string): Date => new Date(instant);
const OFFICE = allow('0 8 * * 1-5', '8h');
const NIGHT = allow('30 2 * * *', '1h');

describe('judgeWindows', () => {
  it.each<[string, readonly TimeWindow[], string, boolean, TimeWindow | undefined, string | undefined]>([
    ['lets everything through without windows', [], '2026-11-26T12:00:00Z', true, undefined, undefined],
    ['is open inside an ALLOW window, until it ends', [OFFICE], '2026-11-26T12:00:00Z', true, OFFICE, '2026-11-26T15:00:00Z'],
    ['is open from the first instant of a window', [OFFICE], '2026-11-26T07:00:00Z', true, OFFICE, '2026-11-26T15:00:00Z'],
    ['is closed up to the last millisecond before it', [OFFICE], '2026-11-26T06:59:59.999Z', false, OFFICE, '2026-11-26T07:00:00Z'],
    ['is closed from its end, over a weekend', [OFFICE], '2026-11-27T15:00:00Z', false, OFFICE, '2026-11-30T07:00:00Z'],
    ['takes windows that meet for one', [allow('0 8 * * *', '4h'), allow('0 12 * * *', '4h')], '2026-11-26T09:00:00Z', true, allow('0 8 * * *', '4h'), '2026-11-26T15:00:00Z'],
    ['names the window that lasts longest', [allow('0 8 * * *', '1h'), OFFICE], '2026-11-26T07:30:00Z', true, OFFICE, '2026-11-26T15:00:00Z'],
    ['names the window that opens first', [allow('0 12 * * *', '1h'), OFFICE], '2026-11-26T06:00:00Z', false, OFFICE, '2026-11-26T07:00:00Z'],
    ['counts openings inside a window from the last one', [allow('0 * * * *', '90m')], '2026-11-26T12:20:00Z', true, allow('0 * * * *', '90m'), undefined],
    ['is closed inside a DENY window, without any ALLOW', [deny('0 16 * * 5', '2d')], '2026-11-28T12:00:00Z', false, deny('0 16 * * 5', '2d'), '2026-11-29T15:00:00Z'],
    ['is open before a DENY window, until it begins', [deny('0 16 * * 5', '2d')], '2026-11-26T12:00:00Z', true, undefined, '2026-11-27T15:00:00Z'],
    ['lets a DENY window win', [OFFICE, deny('0 12 * * *', '1h')], '2026-11-26T11:30:00Z', false, deny('0 12 * * *', '1h'), '2026-11-26T12:00:00Z'],
    ['closes where a DENY window begins', [OFFICE, deny('0 12 * * *', '1h')], '2026-11-26T08:00:00Z', true, OFFICE, '2026-11-26T11:00:00Z'],
    ['opens after a freeze only where a window allows it', [OFFICE, freeze('2026-11-26T00:00:00.000Z', '2026-11-28T00:00:00.000Z')], '2026-11-26T12:00:00Z', false, freeze('2026-11-26T00:00:00.000Z', '2026-11-28T00:00:00.000Z'), '2026-11-30T07:00:00Z'],
    ['follows freezes that overlap', [freeze('2026-11-26T00:00:00.000Z', '2026-11-28T00:00:00.000Z'), freeze('2026-11-27T00:00:00.000Z', '2026-12-05T00:00:00.000Z')], '2026-11-26T12:00:00Z', false, freeze('2026-11-26T00:00:00.000Z', '2026-11-28T00:00:00.000Z'), '2026-12-05T00:00:00Z'],
    ['ends a freeze at its end', [freeze('2026-11-26T00:00:00.000Z', '2026-11-28T00:00:00.000Z')], '2026-11-28T00:00:00Z', true, undefined, undefined],
    ['finds an opening that is years away', [allow('0 0 29 2 *', '1h', 'UTC')], '2096-03-01T00:00:00Z', false, allow('0 0 29 2 *', '1h', 'UTC'), '2104-02-29T00:00:00Z'],
    ['looks at each window in its own zone', [allow('0 8 * * *', '1h', 'Asia/Tokyo'), deny('0 0 * * *', '30m', 'UTC')], '2026-11-25T23:10:00Z', true, allow('0 8 * * *', '1h', 'Asia/Tokyo'), '2026-11-26T00:00:00Z'],
  ])('%s', (_name, windows, now, isOpen, because, changesAt) => {
    const judged = judgeWindows(windows, at(now));
    expect({ isOpen: judged.isOpen, because: judged.because }).toEqual({ isOpen, because });
    expect(judged.changesAt).toEqual(changesAt === undefined ? undefined : at(changesAt));
  });

  it.each<[string, TimeWindow, string, string, string]>([
    ['spring forward: a time that does not exist opens at the change', NIGHT, '2027-03-27T12:00:00Z', '2027-03-28T01:00:00Z', '2027-03-28T02:00:00Z'],
    ['fall back: a time that exists twice opens the first time only', NIGHT, '2026-10-24T12:00:00Z', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
    ['and not the second time', NIGHT, '2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z', '2026-10-26T02:30:00Z'],
    ['eight hours are eight hours in the short night', allow('0 22 * * *', '8h'), '2027-03-27T12:00:00Z', '2027-03-27T21:00:00Z', '2027-03-28T05:00:00Z'],
    ['and in the long one', allow('0 22 * * *', '8h'), '2026-10-24T12:00:00Z', '2026-10-24T20:00:00Z', '2026-10-25T04:00:00Z'],
    ['each hour: none in the hour that does not exist', allow('15 * * * *', '30m'), '2027-03-28T00:50:00Z', '2027-03-28T01:15:00Z', '2027-03-28T01:45:00Z'],
    ['each hour: both in the hour that exists twice', allow('15 * * * *', '30m'), '2026-10-25T00:50:00Z', '2026-10-25T01:15:00Z', '2026-10-25T01:45:00Z'],
    ['lists keep to the wall too', allow('30 2,14 * * *', '1h'), '2027-03-27T20:00:00Z', '2027-03-28T01:00:00Z', '2027-03-28T02:00:00Z'],
    ['New York forward', allow('30 2 * * 0', '1h', 'America/New_York'), '2026-03-07T12:00:00Z', '2026-03-08T07:00:00Z', '2026-03-08T08:00:00Z'],
    ['New York back', allow('30 1 * * 0', '1h', 'America/New_York'), '2026-10-31T12:00:00Z', '2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z'],
    ['Santiago forward, at midnight in September', allow('0 0 * * 0', '1h', 'America/Santiago'), '2026-09-05T12:00:00Z', '2026-09-06T04:00:00Z', '2026-09-06T05:00:00Z'],
    ['Santiago back, at midnight in April', allow('30 23 * * 6', '1h', 'America/Santiago'), '2026-04-04T12:00:00Z', '2026-04-05T02:30:00Z', '2026-04-05T03:30:00Z'],
    ['Lord Howe forward by half an hour', allow('15 2 * * *', '1h', 'Australia/Lord_Howe'), '2026-10-03T12:00:00Z', '2026-10-03T15:30:00Z', '2026-10-03T16:30:00Z'],
    ['Lord Howe: a time after the half hour that is left out', allow('45 2 * * *', '1h', 'Australia/Lord_Howe'), '2026-10-03T12:00:00Z', '2026-10-03T15:45:00Z', '2026-10-03T16:45:00Z'],
    ['Lord Howe back by half an hour', allow('45 1 * * *', '10m', 'Australia/Lord_Howe'), '2026-04-04T12:00:00Z', '2026-04-04T14:45:00Z', '2026-04-04T14:55:00Z'],
    ['Chatham, at a quarter to three', allow('0 3 * * *', '1h', 'Pacific/Chatham'), '2026-09-26T12:00:00Z', '2026-09-26T14:00:00Z', '2026-09-26T15:00:00Z'],
    ['Beirut, where midnight does not exist', allow('0 0 * * *', '1h', 'Asia/Beirut'), '2026-03-28T12:00:00Z', '2026-03-28T22:00:00Z', '2026-03-28T23:00:00Z'],
    ['Apia, where a day did not exist', allow('0 8 * * *', '1h', 'Pacific/Apia'), '2011-12-29T19:00:00Z', '2011-12-30T18:00:00Z', '2011-12-30T19:00:00Z'],
  ])('keeps its time when clocks change: %s', (_name, window, before, opens, closes) => {
    const closed = judgeWindows([window], at(before));
    expect(closed).toMatchObject({ isOpen: false, because: window, changesAt: at(opens) });
    expect(judgeWindows([window], at(opens))).toMatchObject({ isOpen: true, changesAt: at(closes) });
  });

  it('knows an end of what it looks at where nothing changes, and says up to when it is sure', () => {
    const now = at('2026-11-26T12:00:00Z');
    for (const always of [allow('* * * * *', '7d'), allow('* * * * *', '1m'), allow('0 0 * * *', '25h')]) {
      const judged = judgeWindows([always], now);
      expect(judged).toMatchObject({ isOpen: true, because: always, changesAt: undefined });
      expect(judged.knownUntil?.getTime()).toBeGreaterThan(now.getTime());
      expect(judgeWindows([always], judged.knownUntil ?? now).isOpen).toBe(true);
    }
    const never = judgeWindows([allow('0 * * * *', '30m'), deny('55 * * * *', '40m')], now);
    expect(never).toMatchObject({ isOpen: false, changesAt: undefined });
    expect(never.knownUntil?.getTime()).toBeGreaterThan(now.getTime() + 24 * 3_600_000);
  });

  it('asks no more with the longest list of windows than with one', () => {
    const windows = Array.from({ length: 16 }, (_, index) => [allow(`${index} * * * *`, '59m'), deny(`${index + 1} * * * *`, '59m')]).flat();
    expect(judgeWindows(windows, at('2026-11-26T12:00:30Z'))).toMatchObject({ isOpen: false, changesAt: undefined });
  });

  it('never lets something through by a window that it cannot read any more', () => {
    const now = at('2026-11-26T12:00:00Z');
    const forever = { changesAt: undefined, knownUntil: undefined };
    expect(judgeWindows([allow('0 8 * * *', '8h', 'Atlantis/Poseidonis')], now)).toEqual({ isOpen: false, because: undefined, ...forever });
    expect(judgeWindows([deny('0 8 * * *', '8h', 'Atlantis/Poseidonis')], now)).toEqual({ isOpen: false, because: deny('0 8 * * *', '8h', 'Atlantis/Poseidonis'), ...forever });
    expect(judgeWindows([OFFICE, allow('gone', '8h')], now).isOpen).toBe(true);
    expect(judgeWindows([freeze('yesterday', 'tomorrow')], now).isOpen).toBe(false);
  });
});
