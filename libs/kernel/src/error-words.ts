/**
 * What a thrown value says about itself, read by its members: `instanceof Error` is false for errors that come from another realm,
 * as Node's own do in a test runner that isolates its files.
 */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The `name` of a thrown value: `AbortError`, `TimeoutError`. */
export function errorName(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'name' in error && typeof error.name === 'string' ? error.name : undefined;
}

/** The message of a thrown value, or what it is as text. Redact it before it is shown when it may hold a URL or a header. */
export function errorMessage(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string' ? error.message : String(error);
}
