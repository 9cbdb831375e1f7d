import type { CliError } from '../cli-error.js';
import { printable } from './printable.js';

/** An error for people: what, why, and what to do next. What clusters and Git servers said may be in each. Pure. */
export function formatError({ message, why, next }: CliError): string {
  return printable(`${[`error: ${message}`, ...(why === undefined ? [] : [`  why: ${why}`]), ...(next === undefined ? [] : [`  next: ${next}`])].join('\n')}\n`);
}
