import { cronSchedule } from './cron-schedule.js';

const LONGEST_SCHEDULE = 128;
/**
 * Forty years without a century that leaves out its 29th of February hold every calendar that there is. The library gives up with the year 3000, so that
 * asking about the last forty years before it makes "never" a short answer.
 */
const EVERY_CALENDAR = Date.UTC(2959, 11, 31);
const FIELDS = [
  { name: 'minute', allowed: /^[0-9*,/-]+$/, says: '0 to 59' },
  { name: 'hour', allowed: /^[0-9*,/-]+$/, says: '0 to 23' },
  { name: 'day of month', allowed: /^(?:[0-9*,/-]|[lL])+$/, says: '1 to 31, or L for the last' },
  { name: 'month', allowed: /^[0-9A-Za-z*,/-]+$/, says: '1 to 12, or JAN to DEC' },
  { name: 'day of week', allowed: /^[0-9A-Za-z*,/#-]+$/, says: '0 (Sunday) to 6, or SUN to SAT; 2#3 is the third Tuesday, 5L the last Friday' },
] as const;

/** What is wrong with a schedule, and what to write instead. */
export interface ScheduleProblem {
  readonly message: string;
  readonly hint: string;
}

/** Why a text is no schedule, or none that ever comes round. Pure, and bounded by the length of the text. */
export function checkSchedule(schedule: string): ScheduleProblem | undefined {
  if (schedule.length > LONGEST_SCHEDULE) return { message: `At most ${LONGEST_SCHEDULE} characters.`, hint: 'Write several windows instead.' };
  const fields = schedule.split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return { message: `A schedule has five fields, minute, hour, day of month, month and day of week; here are ${fields.length}.`, hint: '"0 8 * * 1-5" opens at 08:00 from Monday to Friday.' };
  }
  for (const [at, { name, allowed, says }] of FIELDS.entries()) {
    const field = fields[at] ?? '';
    if (!allowed.test(field) || !isRead(FIELDS.map((_, other) => (other === at ? field : '*')).join(' '))) {
      return { message: `The ${name} "${field}" is not understood.`, hint: `Write ${says}; also * for every one, lists (1,3), ranges (1-5) and steps (*/2).` };
    }
  }
  if (cronSchedule(schedule, 'UTC').nextAfter(EVERY_CALENDAR) !== undefined) return undefined;
  return { message: `No day is ever both day of month "${fields[2] ?? ''}" and month "${fields[3] ?? ''}": the window would never open.`, hint: 'Name a day that the month has, or L for the last one.' };
}

function isRead(schedule: string): boolean {
  try {
    cronSchedule(schedule, 'UTC');
    return true;
  } catch {
    return false;
  }
}
