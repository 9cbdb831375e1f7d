import { cronSchedule, type Schedule } from './cron-schedule.js';
import { isFreeze, type ScheduledWindow, type TimeWindow } from './time-window.js';
import { windowDurationMs } from './window-duration.js';

/** Counts the questions to schedules of one judgement: each costs about a tenth of a millisecond. */
export interface LookUps {
  count: number;
}

/** One window along a time that only goes forward. */
export interface WindowCourse {
  readonly window: TimeWindow;
  /** Until when what began last goes on; undefined outside. A window that cannot be read goes on for ever if it denies, and never begins if it allows. */
  coveredUntil(at: number): number | undefined;
  /** When it begins next, after the instant; Infinity for never. */
  nextAfter(at: number): number;
}

/** Follows a window from an instant on. Asked with ever later ones, it looks up every opening once. */
export function followWindow(window: TimeWindow, from: number, lookUps: LookUps): WindowCourse {
  if (isFreeze(window)) return fixedCourse(window, Date.parse(window.from), Date.parse(window.to));
  const durationMs = windowDurationMs(window.duration);
  lookUps.count += 1;
  const begun = beginSchedule(window, from);
  return durationMs === undefined || begun === undefined ? unreadableCourse(window) : scheduledCourse(window, durationMs, begun, lookUps);
}

function fixedCourse(window: TimeWindow, from: number, to: number): WindowCourse {
  if (Number.isNaN(from) || Number.isNaN(to)) return unreadableCourse(window);
  return { window, coveredUntil: (at) => (from <= at && at < to ? to : undefined), nextAfter: (at) => (at < from ? from : Infinity) };
}

/** Time zone data can lose a name after the window was accepted. What may not happen by mistake is that something is let through. */
function unreadableCourse(window: TimeWindow): WindowCourse {
  return { window, coveredUntil: () => (window.kind === 'DENY' ? Infinity : undefined), nextAfter: () => Infinity };
}

interface Opening {
  readonly askedAt: number;
  readonly opened: number | undefined;
}

interface BegunSchedule {
  readonly schedule: Schedule;
  readonly last: Opening;
}

/** The first look-up is made here: only then does the library say that it does not know the zone. */
function beginSchedule({ schedule: text, timeZone }: ScheduledWindow, from: number): BegunSchedule | undefined {
  try {
    const schedule = cronSchedule(text, timeZone);
    return { schedule, last: { askedAt: from, opened: schedule.lastUpTo(from) } };
  } catch {
    return undefined;
  }
}

function scheduledCourse(window: TimeWindow, durationMs: number, begun: BegunSchedule, lookUps: LookUps): WindowCourse {
  const { schedule } = begun;
  let { last } = begun;
  let next: { readonly askedAt: number; readonly opens: number } | undefined;
  const nextAfter = (at: number): number => {
    if (next === undefined || at >= next.opens) {
      lookUps.count += 1;
      next = { askedAt: at, opens: schedule.nextAfter(at) ?? Infinity };
    }
    return next.opens;
  };
  const lastUpTo = (at: number): number | undefined => {
    if (next?.opens === at) last = { askedAt: at, opened: at };
    const isKnown = at === last.askedAt || (next !== undefined && next.askedAt <= last.askedAt && at < next.opens);
    if (!isKnown) {
      lookUps.count += 1;
      last = { askedAt: at, opened: schedule.lastUpTo(at) };
    }
    return last.opened;
  };
  return {
    window,
    nextAfter,
    coveredUntil(at) {
      const opened = lastUpTo(at);
      return opened !== undefined && opened + durationMs > at ? opened + durationMs : undefined;
    },
  };
}
