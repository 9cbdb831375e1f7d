import type { Log } from '#kernel';
import { pino, type DestinationStream } from 'pino';
import type { LogLevel } from './config.js';

/** Names of fields that are never logged, at the top and one level down, whoever passes them. */
const SECRET_FIELDS = ['authorization', 'password', 'token', 'secret', 'credentials', 'credential', 'privateKey', 'privateKeyPem', 'joinToken', 'identity', 'data', 'stringData', 'parameters'];

/** The log of the process: one JSON object per line on standard output. */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { app: 'capstan-agent' },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    serializers: { error: safeError },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = destination === undefined ? pino(options) : pino(options, destination);
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  };
}

/** Message, code and stack only, never further fields: a failed request carries its headers. URLs lose what stands before the @, tokens their secret part. */
export function safeError(error: unknown, depth = 0): unknown {
  if (typeof error === 'string') return withoutCredentials(error);
  if (typeof error !== 'object' || error === null || !('message' in error)) return typeof error;
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? { code: error.code } : {};
  const stack = 'stack' in error && typeof error.stack === 'string' ? { stack: withoutCredentials(error.stack) } : {};
  const cause = 'cause' in error && error.cause !== undefined && depth < 4 ? { cause: safeError(error.cause, depth + 1) } : {};
  return { type: error.constructor.name, message: withoutCredentials(String(error.message)), ...code, ...stack, ...cause };
}

function withoutCredentials(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, '$1[redacted]@').replaceAll(/\b(cap|capjoin)_[A-Za-z0-9_-]+/g, '$1_[redacted]');
}
