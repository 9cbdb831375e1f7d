import { EXIT, type ExitCode } from './exit-codes.js';

/** An error that a person can act on: one line what, one line why, one line what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    readonly why?: string,
    readonly next?: string,
  ) {
    super(message);
  }
}

export function usage(message: string, next?: string): CliError {
  return new CliError(EXIT.USAGE, message, undefined, next);
}

export function notFound(what: string, next?: string): CliError {
  return new CliError(EXIT.NOT_FOUND, `${what} not found`, undefined, next);
}
