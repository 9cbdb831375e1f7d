import type { FieldIssue } from '../field-issue.js';
import { checkSchedule } from './check-schedule.js';
import type { TimeWindow } from './time-window.js';
import { isTimeZone, zoneLike } from './time-zone.js';
import { windowDurationMs } from './window-duration.js';

type Maybe<T> = T | null | undefined;

export interface TimeWindowInput {
  readonly kind?: Maybe<string>;
  readonly schedule?: Maybe<string>;
  readonly duration?: Maybe<string>;
  readonly timeZone?: Maybe<string>;
  readonly from?: Maybe<string>;
  readonly to?: Maybe<string>;
}

interface ReadWindow {
  readonly window: TimeWindow | undefined;
  readonly issues: readonly FieldIssue[];
}

export const MAX_WINDOWS = 32;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** The windows as they are stored: those without an issue. Paths begin at the list. Pure. */
export function validateWindows(input: Maybe<readonly TimeWindowInput[]>): { readonly value: readonly TimeWindow[]; readonly issues: readonly FieldIssue[] } {
  const windows = input ?? [];
  if (windows.length > MAX_WINDOWS) return { value: [], issues: [{ code: 'TOO_MANY', path: [], message: `At most ${MAX_WINDOWS} windows.` }] };
  const read = windows.map((one, index) => windowOf(one, [String(index)]));
  return { value: read.flatMap(({ window }) => (window === undefined ? [] : [window])), issues: read.flatMap(({ issues }) => issues) };
}

function windowOf(input: TimeWindowInput, path: readonly string[]): ReadWindow {
  const { kind } = input;
  if (kind !== 'ALLOW' && kind !== 'DENY') return refused({ code: isGiven(kind) ? 'INVALID_VALUE' : 'REQUIRED', path: [...path, 'kind'], message: 'ALLOW or DENY.' });
  if (!isGiven(input.from) && !isGiven(input.to)) return scheduledOf(kind, input, path);
  if (isGiven(input.schedule) || isGiven(input.duration) || isGiven(input.timeZone)) {
    return refused({ code: 'INVALID_VALUE', path, message: 'A window either comes again or is fixed.', hint: 'Give schedule, duration and timeZone, or from and to; for both write two windows.' });
  }
  if (kind === 'ALLOW') return refused({ code: 'INVALID_VALUE', path: [...path, 'kind'], message: 'A fixed period can only deny.', hint: 'Use DENY for the times before and after it.' });
  return freezeOf(input, path);
}

function scheduledOf(kind: 'ALLOW' | 'DENY', input: TimeWindowInput, path: readonly string[]): ReadWindow {
  const schedule = (input.schedule ?? '').trim();
  const duration = (input.duration ?? '').trim();
  const timeZone = (input.timeZone ?? '').trim();
  const issues: FieldIssue[] = [];
  const problem = schedule === '' ? undefined : checkSchedule(schedule);
  if (schedule === '') issues.push({ code: 'REQUIRED', path: [...path, 'schedule'], message: 'Say when the window opens, in five fields of cron.', hint: '"0 8 * * 1-5" opens at 08:00 from Monday to Friday. A fixed period has from and to instead.' });
  if (problem !== undefined) issues.push({ code: 'INVALID_VALUE', path: [...path, 'schedule'], ...problem });
  if (windowDurationMs(duration) === undefined) {
    issues.push({ code: duration === '' ? 'REQUIRED' : 'INVALID_VALUE', path: [...path, 'duration'], message: 'Say how long the window stays open, from 1m to 7d.', hint: 'Such as 30m, 8h or 1d12h.' });
  }
  if (!isTimeZone(timeZone)) issues.push(zoneIssue(timeZone, [...path, 'timeZone']));
  return issues.length === 0 ? { window: { kind, schedule: schedule.replaceAll(/\s+/g, ' '), duration, timeZone }, issues } : { window: undefined, issues };
}

function zoneIssue(name: string, path: readonly string[]): FieldIssue {
  if (name === '') return { code: 'REQUIRED', path, message: 'Name the time zone of the schedule.', hint: 'Such as Europe/Berlin or UTC.' };
  const meant = zoneLike(name);
  return { code: 'INVALID_VALUE', path, message: `No time zone is called "${name.slice(0, 64)}".`, hint: meant === undefined ? 'Use a name of the IANA database, such as Europe/Berlin or UTC.' : `Did you mean ${meant}?` };
}

function freezeOf(input: TimeWindowInput, path: readonly string[]): ReadWindow {
  const from = instantOf(input.from);
  const to = instantOf(input.to);
  const issues: FieldIssue[] = [];
  for (const [name, instant] of [['from', from], ['to', to]] as const) {
    if (instant !== undefined) continue;
    issues.push({ code: isGiven(input[name]) ? 'INVALID_VALUE' : 'REQUIRED', path: [...path, name], message: 'Give an instant with its offset.', hint: 'Such as 2026-12-20T00:00:00+01:00 or 2026-12-19T23:00:00Z.' });
  }
  if (from === undefined || to === undefined) return { window: undefined, issues };
  if (from >= to) return refused({ code: 'INVALID_VALUE', path: [...path, 'to'], message: 'The period ends before it begins.', hint: 'Give an instant after from.' });
  return { window: { kind: 'DENY', from: from.toISOString(), to: to.toISOString() }, issues };
}

/** Days that their month has not are refused: the engine would take the 30th of February for the 2nd of March. */
function instantOf(text: Maybe<string>): Date | undefined {
  const [, day] = INSTANT.exec(text ?? '') ?? [];
  const at = new Date(text ?? '');
  if (day === undefined || Number.isNaN(at.getTime())) return undefined;
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day) ? at : undefined;
}

function isGiven(text: Maybe<string>): text is string {
  return text !== null && text !== undefined && text.trim() !== '';
}

function refused(issue: FieldIssue): ReadWindow {
  return { window: undefined, issues: [issue] };
}
