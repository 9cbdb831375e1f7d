import { err, ok, type Result } from '#kernel';
import { parseName, parseRepositoryUrl } from '#domain';
import type { InvalidRepositorySetting } from './repository.errors.js';
import type { RepositoryCredentials } from './repository-secrets.js';

export const DEFAULT_POLL_MS = 60_000;
const MIN_POLL_MS = 1_000;
const MAX_POLL_MS = 24 * 60 * 60 * 1_000;
const MAX_USERNAME = 256;
const MAX_PASSWORD = 4_096;
const MIN_SECRET = 16;
const MAX_SECRET = 256;
const CONTROL = /\p{Cc}/u;

type Checked<T> = Result<T, InvalidRepositorySetting>;

export function checkRepositoryName(name: string): Checked<string> {
  const parsed = parseName(name);
  return parsed.ok ? parsed : invalid('INVALID_NAME', ['name'], parsed.error.rule);
}

/** The URL as it is stored. */
export function checkRepositoryUrl(url: string): Checked<string> {
  const parsed = parseRepositoryUrl(url);
  return parsed.ok ? ok(parsed.value.url) : invalid('INVALID_URL', ['url'], parsed.error.message);
}

export function checkPoll(pollMs: number): Checked<number> {
  return pollMs >= MIN_POLL_MS && pollMs <= MAX_POLL_MS ? ok(pollMs) : invalid('INVALID_POLL', ['poll'], 'the polling interval is 1s to 24h');
}

export function checkCredentials(credentials: RepositoryCredentials): Checked<RepositoryCredentials> {
  const { username, password } = credentials;
  if (username.length > MAX_USERNAME || username.includes(':') || CONTROL.test(username)) {
    return invalid('INVALID_CREDENTIALS', ['credentials', 'username'], `a user name has at most ${MAX_USERNAME} characters, none of them a colon or a control character`);
  }
  if (password === '' || password.length > MAX_PASSWORD || CONTROL.test(password)) {
    return invalid('INVALID_CREDENTIALS', ['credentials', 'password'], `a password or token has 1 to ${MAX_PASSWORD} characters, none of them a control character`);
  }
  return ok({ username, password });
}

export function checkWebhookSecret(secret: string): Checked<string> {
  return secret.length >= MIN_SECRET && secret.length <= MAX_SECRET && !CONTROL.test(secret)
    ? ok(secret)
    : invalid('INVALID_VALUE', ['webhookSecret'], `a webhook secret has ${MIN_SECRET} to ${MAX_SECRET} characters, none of them a control character`);
}

/** Credentials are bound to scheme, host and port: they never follow a repository to another place. */
export function sameOrigin(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin;
}

export function invalid(code: InvalidRepositorySetting['code'], field: readonly string[], rule: string): Result<never, InvalidRepositorySetting> {
  return err({ code, field, rule });
}
