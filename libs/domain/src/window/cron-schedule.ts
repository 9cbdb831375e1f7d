import { Cron } from 'croner';

/** The instants at which a schedule comes round in its zone. Both questions are answered from what they are given alone. */
export interface Schedule {
  /** The last one that is not after the instant. */
  lastUpTo(at: number): number | undefined;
  /** The first one after the instant. */
  nextAfter(at: number): number | undefined;
}

/**
 * Reads five fields of cron. What falls into the change of clocks:
 * - A schedule without `*` and steps in minute and hour keeps to the wall: a time that does not exist comes at the change, a time that exists twice
 *   comes the first time only.
 * - A schedule with them keeps to the minutes that there are: none for a time that does not exist, both for a time that exists twice.
 *
 * The library reads the clock only where it is not told from when (always told here), and looks at most to the year 3000. Nothing runs on it: it is
 * always paused. The zone is given in small letters because the library keeps one formatter per spelling for ever. Throws what the library throws
 * for text that is no schedule.
 */
export function cronSchedule(schedule: string, timeZone: string): Schedule {
  const cron = new Cron(schedule, { timezone: timeZone.toLowerCase(), mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true });
  return {
    lastUpTo: (at) => cron.previousRuns(1, new Date(at + 1))[0]?.getTime(),
    nextAfter: (at) => cron.nextRun(new Date(at))?.getTime(),
  };
}
