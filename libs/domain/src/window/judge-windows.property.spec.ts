import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeWindows, validateWindows, type TimeWindow } from '#domain';
import { cronSchedule } from './cron-schedule.js';
import { isFreeze } from './time-window.js';
import { windowDurationMs } from './window-duration.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Both hemispheres, changes at midnight and on quarters of an hour, of half an hour and of two, summer time that is the standard, a day that was left out. */
const ZONES = [
  'UTC', 'Europe/Berlin', 'Europe/Dublin', 'America/New_York', 'America/Santiago', 'America/Sao_Paulo', 'Africa/Cairo', 'Africa/Casablanca', 'Asia/Beirut', 'Asia/Kolkata',
  'Antarctica/Troll', 'Australia/Lord_Howe', 'Pacific/Apia', 'Pacific/Chatham',
] as const;

const minutes = fc.oneof(fc.nat(59).map(String), fc.constantFrom('*/7', '*/30', '5,35', '10-20/5', '0'));
const hours = fc.oneof(fc.nat(23).map(String), fc.constantFrom('*', '*/5'), { weight: 3, arbitrary: fc.constantFrom('0', '1', '2', '3', '0-3', '0,2,23') });
const days = fc.oneof(fc.constant('* * *'), fc.constantFrom('* * 1-5', '* * 0', '* 3,4,9-11 6,7', '*/3 * *', '25-31 * 0', 'L * *', '* * 0L', '* * 0#1', '1 * 5'));
const schedule = fc.tuple(minutes, hours, days).map((fields) => fields.join(' '));
const zone = fc.constantFrom(...ZONES);
const duration = fc.constantFrom('1m', '30m', '2h', '8h', '25h', '7d');
/** Two days before a change of clocks, or before any day where the zone has none that year. */
const around = fc.record({ timeZone: zone, year: fc.integer({ min: 2005, max: 2036 }), which: fc.nat() }).map(({ timeZone, year, which }) => {
  const changes = Array.from({ length: 366 }, (_, day) => Date.UTC(year, 0, 1) + day * DAY).filter((at) => offsetAt(timeZone, at) !== offsetAt(timeZone, at + DAY));
  return { timeZone, begins: (changes[which % changes.length] ?? Date.UTC(year, 0, 1) + (which % 366) * DAY) - DAY };
});
const scheduled = (timeZone: string) => fc.record({ kind: fc.constantFrom('ALLOW', 'DENY'), schedule, duration, timeZone: fc.oneof(fc.constant(timeZone), zone) });
const freeze = (begins: number) => fc.record({ from: fc.integer({ min: -4_000, max: 4_000 }), length: fc.integer({ min: 1, max: 4_000 }) }).map(({ from, length }): TimeWindow => (
  { kind: 'DENY', from: new Date(begins + from * MINUTE).toISOString(), to: new Date(begins + (from + length) * MINUTE).toISOString() }));
const situation = around.chain(({ timeZone, begins }) => fc.record({
  windows: fc.array(fc.oneof({ weight: 4, arbitrary: scheduled(timeZone) }, { weight: 1, arbitrary: freeze(begins) }), { maxLength: 4 }),
  now: fc.integer({ min: 0, max: 3 * DAY }).map((ms) => new Date(begins + ms)),
}));

describe('the schedule of a window', () => {
  it('comes round exactly when a look at every minute says so, forwards and backwards, whatever the zone does', () => {
    fc.assert(
      fc.property(around, schedule, ({ timeZone, begins }, text) => {
        const ends = begins + 3 * DAY;
        const expected = openingsByMinute(text, timeZone, begins, ends);
        const asked = cronSchedule(text, timeZone);
        const forwards: number[] = [];
        for (let at = asked.nextAfter(begins - 1); at !== undefined && at < ends; at = asked.nextAfter(at)) forwards.push(at);
        const backwards: number[] = [];
        for (let at = asked.lastUpTo(ends - 1); at !== undefined && at >= begins; at = asked.lastUpTo(at - 1)) backwards.unshift(at);
        expect(forwards).toEqual(expected);
        expect(backwards).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe('judgeWindows', () => {
  it('says what a look at every minute says, and changes exactly at the instant that it names', () => {
    fc.assert(
      fc.property(situation, ({ windows, now }) => {
        expect(validateWindows(windows).issues).toEqual([]);
        const judged = judgeWindows(windows, now);
        const begins = Math.floor(now.getTime() / MINUTE) * MINUTE;
        const states = statesByMinute(windows, begins, begins + 2 * DAY);
        const changes = states.findIndex((isOpen) => isOpen !== states[0]);
        expect(judged.isOpen).toBe(states[0]);
        if (changes >= 0) expect(judged.changesAt?.toISOString()).toBe(new Date(begins + changes * MINUTE).toISOString());
        if (judged.changesAt === undefined) return expect(judged.knownUntil === undefined || judged.knownUntil > now).toBe(true);
        expect(judged.changesAt.getTime()).toBeGreaterThan(now.getTime());
        expect(judgeWindows(windows, new Date(judged.changesAt.getTime() - 1)).isOpen).toBe(judged.isOpen);
        expect(judgeWindows(windows, judged.changesAt).isOpen).toBe(!judged.isOpen);
      }),
      { numRuns: 50 },
    );
  });

  it('is closed whenever a DENY window covers the instant, and never opened by another one', () => {
    fc.assert(
      fc.property(situation, ({ windows, now }) => {
        const { isOpen } = judgeWindows(windows, now);
        const denies = windows.filter(({ kind }) => kind === 'DENY');
        const isDenied = denies.some((one) => !judgeWindows([one], now).isOpen);
        if (isDenied) expect(isOpen).toBe(false);
        else expect(isOpen).toBe(judgeWindows(windows.filter(({ kind }) => kind === 'ALLOW'), now).isOpen);
      }),
    );
  });

  it('says the same of the same input, in whatever order, and names a window of the list that says so', () => {
    fc.assert(
      fc.property(situation, ({ windows, now }) => {
        const judged = judgeWindows(windows, now);
        expect(judgeWindows(windows, new Date(now))).toEqual(judged);
        const { because: _, ...turned } = judgeWindows(windows.toReversed(), now);
        expect(judged).toMatchObject(turned);
        if (judged.because === undefined) expect(judged.isOpen).toBe(windows.every(({ kind }) => kind === 'DENY'));
        else expect(windows).toContain(judged.because);
      }),
    );
  });
});

describe('validateWindows', () => {
  it('never throws, names a field for what it refuses, and takes what it stored', () => {
    const text = fc.option(fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('ALLOW', 'DENY', '0 8 * * 1-5', '0 0 30 2 *', '8h', 'UTC', '2026-02-30T00:00Z', '2026-12-20T00:00Z')));
    const field = fc.stringMatching(/^[0-9*,/LW#a-c?-]{1,6}$/);
    const anything = fc.record({ kind: text, schedule: fc.oneof(text, fc.tuple(field, field, field, field, field).map((all) => all.join(' '))), duration: text, timeZone: text, from: text, to: text }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 4 }), (input) => {
        const { value, issues } = validateWindows(input);
        for (const { path, message } of issues) {
          expect(path[0]).toMatch(/^[0-3]$/);
          expect(message).not.toBe('');
        }
        expect(value).toHaveLength(input.length - new Set(issues.map(({ path }) => path[0])).size);
        expect(validateWindows(value)).toEqual({ value, issues: [] });
      }),
    );
  });
});

/** Asked of the windows one minute after the other: nothing here knows a library for schedules. */
function statesByMinute(windows: readonly TimeWindow[], from: number, to: number): readonly boolean[] {
  const covers = windows.map((window) => ({ kind: window.kind, minutes: coveredMinutes(window, from, to) }));
  return Array.from({ length: (to - from) / MINUTE }, (_, index) => {
    const at = from + index * MINUTE;
    const isCovered = (kind: string): boolean => covers.some((one) => one.kind === kind && one.minutes.has(at));
    return !isCovered('DENY') && (isCovered('ALLOW') || windows.every(({ kind }) => kind === 'DENY'));
  });
}

function coveredMinutes(window: TimeWindow, from: number, to: number): ReadonlySet<number> {
  const spans = isFreeze(window) ? [[Date.parse(window.from), Date.parse(window.to)] as const] : spansOf(window, from, to);
  const covered = new Set<number>();
  for (const [begins, ends] of spans) for (let at = Math.max(begins, from); at < Math.min(ends, to); at += MINUTE) covered.add(at);
  return covered;
}

function spansOf(window: { readonly schedule: string; readonly duration: string; readonly timeZone: string }, from: number, to: number): readonly (readonly [number, number])[] {
  const lasts = windowDurationMs(window.duration) ?? 0;
  return openingsByMinute(window.schedule, window.timeZone, from - lasts, to).map((at) => [at, at + lasts] as const);
}

function openingsByMinute(text: string, timeZone: string, from: number, to: number): readonly number[] {
  const [minute = '', hour = ''] = text.split(' ');
  const keepsToTheWall = !/[*/]/.test(minute + hour);
  const matches = matcher(text);
  const seen = new Set<number>();
  const openings: number[] = [];
  let before = wallAt(timeZone, from - 181 * MINUTE);
  for (let at = from - 180 * MINUTE; at < to; at += MINUTE) {
    const wall = wallAt(timeZone, at);
    const skipped = wall - before > DAY / 2 ? [] : Array.from({ length: Math.max(0, (wall - before) / MINUTE - 1) }, (_, index) => before + (index + 1) * MINUTE);
    const opens = keepsToTheWall ? (matches(wall) && !seen.has(wall)) || skipped.some((one) => matches(one)) : matches(wall);
    if (opens && at >= from) openings.push(at);
    seen.add(wall);
    before = wall;
  }
  return openings;
}

function matcher(text: string): (wall: number) => boolean {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = text.split(' ');
  return (wall) => {
    const at = new Date(wall);
    const ofMonth = (): boolean => (day === 'L' ? new Date(wall + DAY).getUTCDate() === 1 : isIn(day, at.getUTCDate(), 1));
    const ofWeek = (): boolean => {
      if (weekday.endsWith('L')) return at.getUTCDay() === Number(weekday[0]) && new Date(wall + 7 * DAY).getUTCMonth() !== at.getUTCMonth();
      if (weekday.includes('#')) return at.getUTCDay() === Number(weekday[0]) && Math.ceil(at.getUTCDate() / 7) === Number(weekday[2]);
      return isIn(weekday, at.getUTCDay(), 0) || isIn(weekday, at.getUTCDay() + 7, 0);
    };
    const isDay = day !== '*' && weekday !== '*' ? ofMonth() || ofWeek() : ofMonth() && ofWeek();
    return isIn(minute, at.getUTCMinutes(), 0) && isIn(hour, at.getUTCHours(), 0) && isIn(month, at.getUTCMonth() + 1, 1) && isDay;
  };
}

function isIn(field: string, value: number, lowest: number): boolean {
  return field.split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [first = '', last = first] = range.split('-');
    const [low, high] = range === '*' ? [lowest, 99] : [Number(first), Number(last)];
    return value >= low && value <= high && (value - low) % Number(step) === 0 && (range !== '*' || lowest === 1 || value < 60);
  });
}

/** The wall clock as if it were UTC. Offsets of these years change on quarters of an hour. */
function wallAt(timeZone: string, at: number): number {
  return at + offsetAt(timeZone, Math.floor(at / (15 * MINUTE)) * 15 * MINUTE);
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();
const OFFSETS = new Map<string, number>();
function offsetAt(timeZone: string, at: number): number {
  const key = `${timeZone} ${at}`;
  const known = OFFSETS.get(key);
  if (known !== undefined) return known;
  const format = FORMATS.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  FORMATS.set(timeZone, format);
  const [, sign = '+', hours = '0', mins = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(format.format(at)) ?? [];
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(mins)) * MINUTE;
  OFFSETS.set(key, offset);
  return offset;
}
