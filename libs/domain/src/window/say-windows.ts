import type { WindowJudgement } from './judge-windows.js';
import { isFreeze, type ScheduledWindow, type TimeWindow } from './time-window.js';
import { formatInZone } from './time-zone.js';
import { windowDurationMs } from './window-duration.js';

const DAYS: Readonly<Record<string, string>> = {
  '*': 'daily', '1-5': 'weekdays', 'MON-FRI': 'weekdays', '0,6': 'weekends', '6,0': 'weekends', '6-7': 'weekends', 'SAT,SUN': 'weekends',
  '0': 'Sundays', '1': 'Mondays', '2': 'Tuesdays', '3': 'Wednesdays', '4': 'Thursdays', '5': 'Fridays', '6': 'Saturdays', '7': 'Sundays',
  'SUN': 'Sundays', 'MON': 'Mondays', 'TUE': 'Tuesdays', 'WED': 'Wednesdays', 'THU': 'Thursdays', 'FRI': 'Fridays', 'SAT': 'Saturdays',
};
const DAY_MINUTES = 24 * 60;

/** What the windows say, for people: `closed until 2026-11-30 08:00 Europe/Berlin (window weekdays 08:00-16:00)`. Times are in the zone of the window that is named. Pure. */
export function sayWindows(judgement: WindowJudgement): string {
  const { isOpen, because, changesAt, knownUntil } = judgement;
  const state = isOpen ? 'open' : 'closed';
  const why = because === undefined ? '' : ` (${isFreeze(because) ? '' : 'window '}${describeWindow(because)})`;
  const zone = because === undefined || isFreeze(because) ? 'UTC' : because.timeZone;
  if (changesAt !== undefined) return `${state} until ${formatInZone(changesAt, zone)} ${zone}${why}`;
  if (knownUntil !== undefined) return `${state} until ${formatInZone(knownUntil, zone)} ${zone} at least${why}`;
  if (isOpen) return `open${why}`;
  return because === undefined ? 'closed: no window ever opens' : `closed, and nothing opens it again${why}`;
}

/** A window in words as far as its schedule is a plain one: `weekdays 08:00-16:00`, `daily 22:00 for 2d`, `freeze 2026-12-20 00:00 to 2027-01-04 00:00 UTC`. Pure. */
export function describeWindow(window: TimeWindow): string {
  if (isFreeze(window)) return `freeze ${formatInZone(new Date(window.from), 'UTC')} to ${formatInZone(new Date(window.to), 'UTC')} UTC`;
  return plainSchedule(window) ?? `"${window.schedule}" for ${window.duration}`;
}

function plainSchedule({ schedule, duration }: ScheduledWindow): string | undefined {
  const [, minute, hour, weekday = ''] = /^(\d{1,2}) (\d{1,2}) \* \* (\S+)$/.exec(schedule) ?? [];
  const days = DAYS[weekday.toUpperCase()];
  if (minute === undefined || hour === undefined || days === undefined) return undefined;
  const begins = Number(hour) * 60 + Number(minute);
  const lasts = (windowDurationMs(duration) ?? 0) / 60_000;
  return lasts < DAY_MINUTES ? `${days} ${onTheClock(begins)}-${onTheClock((begins + lasts) % DAY_MINUTES)}` : `${days} ${onTheClock(begins)} for ${duration}`;
}

function onTheClock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
