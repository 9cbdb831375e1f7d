import type { TimeWindow } from './time-window.js';
import { followWindow, type LookUps, type WindowCourse } from './window-course.js';

/** What the windows say at one instant. */
export interface WindowJudgement {
  readonly isOpen: boolean;
  /**
   * Open: the ALLOW window that it is inside of, the one that lasts longest; undefined where nothing has to allow it. Closed: the DENY window that covers it, the
   * one that lasts longest; else the ALLOW window that begins next, and undefined where none ever does.
   */
  readonly because: TimeWindow | undefined;
  /** The instant from which `isOpen` is the other way round; undefined: not as far as was looked. */
  readonly changesAt: Date | undefined;
  /** With `changesAt` undefined, until when `isOpen` stays for certain: judge again then. Undefined as well: for ever. */
  readonly knownUntil: Date | undefined;
}

/** How far the next change is looked for, and with how many questions to schedules: about 25 ms at the worst. */
const FURTHEST_MS = 400 * 24 * 3_600_000;
const MOST_LOOK_UPS = 200;

/**
 * Whether the windows let something happen now, and when that changes. Without ALLOW windows everything is let through but what a DENY window covers; with them
 * only what is inside of one; DENY always wins. Windows begin at their instant and end before theirs. Pure; bounded in work for every list that `validateWindows` takes.
 *
 * @param windows in an order that only decides which of two equal ones is named
 */
export function judgeWindows(windows: readonly TimeWindow[], now: Date): WindowJudgement {
  const lookUps: LookUps = { count: 0 };
  const start = now.getTime();
  const courses = windows.map((window) => followWindow(window, start, lookUps));
  const allows = courses.filter(({ window }) => window.kind === 'ALLOW');
  const denies = courses.filter(({ window }) => window.kind === 'DENY');
  const first = standingAt(allows, denies, start);
  let at = start;
  let standing = first;
  for (;;) {
    if (standing.until === Infinity) return judgementOf(first, { changesAt: undefined, knownUntil: undefined });
    if (at > start && (standing.until > start + FURTHEST_MS || lookUps.count >= MOST_LOOK_UPS)) {
      return judgementOf(first, { changesAt: undefined, knownUntil: new Date(standing.until) });
    }
    at = standing.until;
    if (isOpenAt(allows, denies, at) !== first.isOpen) return judgementOf(first, { changesAt: new Date(at), knownUntil: undefined });
    standing = standingAt(allows, denies, at);
  }
}

/** What holds at an instant, and until when it is sure to, whether or not it changes then. */
interface Standing {
  readonly isOpen: boolean;
  readonly because: TimeWindow | undefined;
  readonly until: number;
}

function standingAt(allows: readonly WindowCourse[], denies: readonly WindowCourse[], at: number): Standing {
  const denied = longest(denies, at);
  if (denied !== undefined) return { isOpen: false, because: denied.window, until: denied.until };
  const allowed = longest(allows, at);
  if (allowed === undefined && allows.length > 0) {
    const opening = soonest(allows, at);
    return { isOpen: false, because: opening?.window, until: opening?.begins ?? Infinity };
  }
  return { isOpen: true, because: allowed?.window, until: Math.min(allowed?.until ?? Infinity, soonest(denies, at)?.begins ?? Infinity) };
}

function isOpenAt(allows: readonly WindowCourse[], denies: readonly WindowCourse[], at: number): boolean {
  return longest(denies, at) === undefined && (allows.length === 0 || longest(allows, at) !== undefined);
}

function longest(courses: readonly WindowCourse[], at: number): { readonly window: TimeWindow; readonly until: number } | undefined {
  let found: { readonly window: TimeWindow; readonly until: number } | undefined;
  for (const course of courses) {
    const until = course.coveredUntil(at);
    if (until !== undefined && until > (found?.until ?? -Infinity)) found = { window: course.window, until };
  }
  return found;
}

function soonest(courses: readonly WindowCourse[], at: number): { readonly window: TimeWindow; readonly begins: number } | undefined {
  let found: { readonly window: TimeWindow; readonly begins: number } | undefined;
  for (const course of courses) {
    const begins = course.nextAfter(at);
    if (begins < (found?.begins ?? Infinity)) found = { window: course.window, begins };
  }
  return found;
}

function judgementOf(first: Standing, change: Pick<WindowJudgement, 'changesAt' | 'knownUntil'>): WindowJudgement {
  return { isOpen: first.isOpen, because: first.because, ...change };
}
