import { usage } from '../cli-error.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a Go-style duration: `90s`, `2m`, `1h30m`. @throws CliError when it is none. */
export function parseDuration(text: string): number {
  if (!/^(\d+(ms|s|m|h))+$/.test(text)) throw usage(`not a duration: ${text}`, 'Write it like 90s, 2m or 1h30m.');
  return [...text.matchAll(/(\d+)(ms|s|m|h)/g)].reduce((sum, [, amount = '0', unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}
