import type { Log } from '#kernel';
import type { LoggerService } from '@nestjs/common';

/** Nest's own log lines, one level quieter: that a module was initialised is for whoever debugs. */
export class NestLog implements LoggerService {
  constructor(private readonly sink: Log) {}

  log(message: unknown, context?: unknown): void {
    this.sink.debug(String(message), { context });
  }

  debug(message: unknown, context?: unknown): void {
    this.sink.debug(String(message), { context });
  }

  verbose(message: unknown, context?: unknown): void {
    this.sink.debug(String(message), { context });
  }

  warn(message: unknown, context?: unknown): void {
    this.sink.warn(String(message), { context });
  }

  error(message: unknown, ...details: unknown[]): void {
    const error = message instanceof Error ? message : undefined;
    this.sink.error(error === undefined ? String(message) : 'an unexpected failure', { context: details.at(-1), ...(error === undefined ? {} : { error }) });
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.error(message, ...details);
  }
}
