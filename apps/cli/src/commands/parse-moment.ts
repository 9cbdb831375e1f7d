import { usage } from '../cli-error.js';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const AGO = /^(?:\d{1,6}[smhdw])+$/;
const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * A moment, as people write one: `2026-11-26T10:00:00Z`, `2026-11-26 10:00`, `2026-11-26`, or how long ago: `2h`, `1h30m`, `7d`. Without a zone it is UTC, as everything that is printed.
 * @throws CliError when it is none.
 */
export function parseMoment(text: string, now: Date): Date {
  if (AGO.test(text)) return new Date(now.getTime() - [...text.matchAll(/(\d+)([smhdw])/g)].reduce((sum, [, amount = '0', unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0));
  const moment = TIME.test(text) ? new Date(zoned(text.replace(' ', 'T'))) : new Date(Number.NaN);
  // A day that no month has is moved into the next one, silently.
  if (Number.isNaN(moment.getTime()) || !isOfCalendar(text)) throw usage(`not a time: ${text}`, 'Write it like 2026-11-26T10:00:00Z, 2026-11-26, or how long ago: 90m, 2h, 7d.');
  return moment;
}

function zoned(text: string): string {
  if (!text.includes('T')) return `${text}T00:00Z`;
  return /Z$|[+-]\d{2}:\d{2}$/.test(text) ? text : `${text}Z`;
}

function isOfCalendar(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}
