import { describe, expect, it } from '@jest/globals';
import { MAX_WINDOWS, validateWindows, type TimeWindowInput } from '#domain';

const OFFICE = { kind: 'ALLOW', schedule: '0 8 * * 1-5', duration: '8h', timeZone: 'Europe/Berlin' };
const FREEZE = { kind: 'DENY', from: '2026-12-20T00:00:00+01:00', to: '2027-01-04T00:00Z' };

describe('validateWindows', () => {
  it('stores what is fine, instants in UTC and schedules with single spaces', () => {
    expect(validateWindows([{ ...OFFICE, schedule: ' 0  8 * * 1-5 ', from: null, to: null }, FREEZE])).toEqual({
      value: [OFFICE, { kind: 'DENY', from: '2026-12-19T23:00:00.000Z', to: '2027-01-04T00:00:00.000Z' }],
      issues: [],
    });
    expect(validateWindows(undefined)).toEqual({ value: [], issues: [] });
  });

  it.each(['*/15 22-23,0-4 * * *', '0 22 * * FRI', '0 22 L * *', '0 22 * * 2#3', '0 22 * * 5L', '0 22 29 2 *', '0 22 * 2 5#5', '59 23 31 12 *', '0 22 31 1,2 *', '0 22 1 JAN-MAR *', '0 22 30 2 1', '5 4 1-31/2 */3 7'])('takes the schedule %s', (schedule) => {
    expect(validateWindows([{ ...OFFICE, schedule }]).issues).toEqual([]);
  });

  it.each(['1m', '59m', '8h', '90m', '1d12h', '7d', '168h', '6d23h60m'])('takes the duration %s', (duration) => {
    expect(validateWindows([{ ...OFFICE, duration }]).issues).toEqual([]);
  });

  it.each(['UTC', 'Etc/UTC', 'US/Eastern', 'Asia/Kolkata', 'America/Argentina/Ushuaia', 'Australia/Lord_Howe', 'Etc/GMT+5'])('takes the zone %s', (timeZone) => {
    expect(validateWindows([{ ...OFFICE, timeZone }]).issues).toEqual([]);
  });

  it.each<[string, TimeWindowInput, string, string, RegExp]>([
    ['no kind', { ...OFFICE, kind: undefined }, 'kind', 'REQUIRED', /ALLOW or DENY/],
    ['another kind', { ...OFFICE, kind: 'allow' }, 'kind', 'INVALID_VALUE', /ALLOW or DENY/],
    ['nothing but a kind', { kind: 'ALLOW', duration: '8h', timeZone: 'UTC' }, 'schedule', 'REQUIRED', /five fields.*08:00 from Monday/],
    ['six fields', { ...OFFICE, schedule: '0 0 8 * * 1-5' }, 'schedule', 'INVALID_VALUE', /here are 6.*"0 8 \* \* 1-5"/],
    ['a nickname', { ...OFFICE, schedule: '@daily' }, 'schedule', 'INVALID_VALUE', /here are 1/],
    ['an hour that no clock shows', { ...OFFICE, schedule: '0 24 * * *' }, 'schedule', 'INVALID_VALUE', /The hour "24" is not understood.*0 to 23/],
    ['a minute that no clock shows', { ...OFFICE, schedule: '60 8 * * *' }, 'schedule', 'INVALID_VALUE', /The minute "60".*0 to 59/],
    ['a 32nd', { ...OFFICE, schedule: '0 8 32 * *' }, 'schedule', 'INVALID_VALUE', /The day of month "32".*1 to 31/],
    ['a nearest weekday', { ...OFFICE, schedule: '0 8 15W * *' }, 'schedule', 'INVALID_VALUE', /The day of month "15W"/],
    ['a 13th month', { ...OFFICE, schedule: '0 8 * 13 *' }, 'schedule', 'INVALID_VALUE', /The month "13".*JAN to DEC/],
    ['an eighth day', { ...OFFICE, schedule: '0 8 * * 8' }, 'schedule', 'INVALID_VALUE', /The day of week "8".*third Tuesday/],
    ['a range that runs backwards', { ...OFFICE, schedule: '0 8 * * FRI-MON' }, 'schedule', 'INVALID_VALUE', /"FRI-MON"/],
    ['a step of nothing', { ...OFFICE, schedule: '*/0 8 * * *' }, 'schedule', 'INVALID_VALUE', /The minute "\*\/0"/],
    ['a 30th of February', { ...OFFICE, schedule: '0 8 30 2 *' }, 'schedule', 'INVALID_VALUE', /day of month "30" and month "2".*never open.*L for the last/],
    ['a 31st of short months', { ...OFFICE, schedule: '0 8 31 2,4,6,9,11 *' }, 'schedule', 'INVALID_VALUE', /never open/],
    ['a very long schedule', { ...OFFICE, schedule: `${'1,'.repeat(80)}1 8 * * *` }, 'schedule', 'INVALID_VALUE', /At most 128 characters/],
    ['no duration', { ...OFFICE, duration: '' }, 'duration', 'REQUIRED', /1m to 7d/],
    ['no time at all', { ...OFFICE, duration: '0m' }, 'duration', 'INVALID_VALUE', /1m to 7d.*1d12h/],
    ['seconds', { ...OFFICE, duration: '90s' }, 'duration', 'INVALID_VALUE', /1m to 7d/],
    ['more than a week', { ...OFFICE, duration: '7d1m' }, 'duration', 'INVALID_VALUE', /1m to 7d/],
    ['no zone', { ...OFFICE, timeZone: undefined }, 'timeZone', 'REQUIRED', /Europe\/Berlin or UTC/],
    ['a city alone', { ...OFFICE, timeZone: 'berlin' }, 'timeZone', 'INVALID_VALUE', /"berlin".*Did you mean Europe\/Berlin/],
    ['a zone that is not there', { ...OFFICE, timeZone: 'Atlantis/Poseidonis' }, 'timeZone', 'INVALID_VALUE', /IANA/],
    ['an offset', { ...OFFICE, timeZone: '+01:00' }, 'timeZone', 'INVALID_VALUE', /IANA/],
    ['a freeze that allows', { ...FREEZE, kind: 'ALLOW' }, 'kind', 'INVALID_VALUE', /can only deny.*before and after/],
    ['a freeze without an end', { ...FREEZE, to: undefined }, 'to', 'REQUIRED', /instant with its offset/],
    ['a freeze without a beginning', { ...FREEZE, from: '' }, 'from', 'REQUIRED', /instant with its offset/],
    ['a time without offset', { ...FREEZE, from: '2026-12-20T00:00:00' }, 'from', 'INVALID_VALUE', /with its offset/],
    ['a day that is not there', { ...FREEZE, from: '2026-02-30T00:00:00Z' }, 'from', 'INVALID_VALUE', /instant/],
    ['an end before the beginning', { ...FREEZE, to: FREEZE.from }, 'to', 'INVALID_VALUE', /ends before it begins/],
  ])('refuses %s, and says what to write', (_name, input, field, code, says) => {
    const { value, issues } = validateWindows([OFFICE, input]);
    expect(value).toEqual([OFFICE]);
    expect(issues).toMatchObject([{ code, path: ['1', field] }]);
    expect(issues.map(({ message, hint }) => `${message} ${hint ?? ''}`).join()).toMatch(says);
  });

  it('refuses a window that is both, and a list without end', () => {
    expect(validateWindows([{ ...OFFICE, ...FREEZE }])).toMatchObject({ value: [], issues: [{ code: 'INVALID_VALUE', path: ['0'], hint: expect.stringContaining('two windows') }] });
    expect(validateWindows(Array.from({ length: MAX_WINDOWS }, () => OFFICE)).issues).toEqual([]);
    expect(validateWindows(Array.from({ length: MAX_WINDOWS + 1 }, () => OFFICE))).toMatchObject({ value: [], issues: [{ code: 'TOO_MANY', path: [] }] });
  });
});
