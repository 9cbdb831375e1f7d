import type { Clock, Log } from '#kernel';
import type { LogLevel } from './config.js';

/** Where lines go, each with its line break. */
export interface LogDestination {
  write(line: string): unknown;
}

/** Names of fields whose values are never logged, at any depth, whoever passes them. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'authorization', 'cookie', 'password', 'token', 'secret', 'credentials', 'credential', 'privateKey', 'sshPrivateKey', 'ssh', 'privateKeyPem', 'joinToken', 'identity', 'data', 'stringData', 'parameters',
]);
const WEIGHT: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };
const MAX_CAUSES = 4;

/**
 * The log of the process: one JSON object per line. Written by hand because the usual logger brings worker threads and 4 MB with it, a
 * sixteenth of what an agent may take.
 */
export function createLog(level: LogLevel, destination: LogDestination, clock: Clock): Log {
  const at = (own: Exclude<LogLevel, 'silent'>) => (msg: string, fields?: Readonly<Record<string, unknown>>): void => {
    if (WEIGHT[own] < WEIGHT[level]) return;
    destination.write(`${JSON.stringify({ level: own, time: clock.now().toISOString(), app: 'capstan-agent', ...fields, msg }, own === 'error' ? printable : withoutStacks)}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** What a field may show: no secret, and of an error message, code and stack only, since a failed request carries its headers. */
function printable(key: string, value: unknown): unknown {
  if (SECRET_FIELDS.has(key) && value !== undefined) return '[redacted]';
  if (typeof value === 'string') return withoutCredentials(value);
  if (typeof value === 'bigint') return String(value);
  return isError(value) ? errorFields(value, 0) : value;
}

/** Below an error it is known what went wrong: where says nothing more. */
function withoutStacks(key: string, value: unknown): unknown {
  return key === 'stack' ? undefined : printable(key, value);
}

function errorFields(error: { readonly message: unknown }, depth: number): object {
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? { code: error.code } : {};
  const stack = 'stack' in error && typeof error.stack === 'string' ? { stack: error.stack } : {};
  const cause = 'cause' in error && isError(error.cause) && depth < MAX_CAUSES ? { cause: errorFields(error.cause, depth + 1) } : {};
  return { type: error.constructor.name, message: String(error.message), ...code, ...stack, ...cause };
}

/** By its shape: an error may come from another realm. What `errorFields` made is none any more. */
function isError(value: unknown): value is { readonly message: unknown; readonly stack: unknown } {
  return typeof value === 'object' && value !== null && 'message' in value && 'stack' in value && Object.getPrototypeOf(value) !== Object.prototype;
}

/** URLs lose what stands before the @, tokens their secret part. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]{0,30}:\/\/)[^/\s@]+@/gi, '$1[redacted]@').replaceAll(/\b(cap|capjoin)_[A-Za-z0-9_-]{8,}/g, '$1_[redacted]');
}
