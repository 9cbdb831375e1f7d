import type { Log } from '#kernel';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './config.js';

/** Names of fields that are never logged, at the top and one level down, whoever passes them. */
const SECRET_FIELDS = ['authorization', 'cookie', 'password', 'token', 'secret', 'credentials', 'ssh', 'sshPrivateKey', 'privateKey', 'masterKey', 'webhookSecret', 'joinToken'];

/** How requests are logged, also by those who bring serializers of their own. */
export const REQUEST_SERIALIZERS = { err: safeError, req: safeRequest, res: (reply: { readonly statusCode?: number }) => ({ status: reply.statusCode }) };

/** The logger of the process: one JSON object per line. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { app: 'capstan-hub' },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `req.headers.${field}`]), censor: '[redacted]' },
    serializers: { error: safeError, ...REQUEST_SERIALIZERS },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

export function logOf(logger: Logger): Log {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  };
}

/**
 * Message, code and stack only. A failed statement carries its parameters, a failed request its options: either may hold a
 * secret. URLs lose what stands before the @.
 */
export function safeError(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('message' in error)) return typeof error === 'string' ? withoutCredentials(error) : error === undefined ? undefined : typeof error;
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? { code: error.code } : {};
  const stack = 'stack' in error && typeof error.stack === 'string' ? { stack: withoutCredentials(error.stack) } : {};
  const cause = 'cause' in error && error.cause !== undefined ? { cause: safeError(error.cause) } : {};
  return { type: error.constructor.name, message: withoutCredentials(String(error.message)), ...code, ...stack, ...cause };
}

function withoutCredentials(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]{0,30}:\/\/)[^/\s@]+@/gi, '$1[redacted]@').replaceAll(/\bcap_([a-z0-9]{8})_[A-Za-z0-9_-]+/g, 'cap_$1_[redacted]');
}

/** Neither headers nor query: both are where people put secrets. */
function safeRequest(request: { readonly id?: unknown; readonly method?: string; readonly url?: string; readonly originalUrl?: string }): object {
  return { id: request.id, method: request.method, path: (request.originalUrl ?? request.url)?.split('?', 1)[0] };
}
