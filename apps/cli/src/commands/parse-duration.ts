import { usage } from '../cli-error.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** No timer of Node waits longer than 24.8 days; nobody means to. */
const MAX_MS = 24 * 3_600_000;

/** Milliseconds of a Go-style duration: `90s`, `2m`, `1h30m`; at most a day. @throws CliError when it is none. */
export function parseDuration(text: string): number {
  if (!/^(\d{1,9}(ms|s|m|h))+$/.test(text)) throw usage(`not a duration: ${text}`, 'Write it like 90s, 2m or 1h30m.');
  const total = [...text.matchAll(/(\d+)(ms|s|m|h)/g)].reduce((sum, [, amount = '0', unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
  if (total > MAX_MS) throw usage(`too long: ${text}`, 'A day (24h) is the most.');
  return total;
}
