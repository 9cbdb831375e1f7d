import { err, ok, type Result } from '#kernel';
import { parseName, parseRepositoryUrl } from '#domain';
import { checkKnownHosts, isSshCredentials, parseSshKey, type PasswordCredentials, type SshCredentials } from '#git';
import type { InvalidRepositorySetting } from './repository.errors.js';
import type { RepositoryCredentials } from './repository-secrets.js';

export const DEFAULT_POLL_MS = 60_000;
const MIN_POLL_MS = 1_000;
const MAX_POLL_MS = 24 * 60 * 60 * 1_000;
const MAX_USERNAME = 256;
const MAX_PASSWORD = 4_096;
const MAX_PRIVATE_KEY = 16_384;
const MIN_SECRET = 16;
const MAX_SECRET = 256;
/** What follows stands for the bytes that it spells. */
const SPELLED_SECRET = 'whsec_';
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

/** Whether credentials are sound, and of the kind that the URL needs. An SSH repository cannot do without. */
export function checkCredentials(url: string, credentials: RepositoryCredentials | undefined): Checked<RepositoryCredentials | undefined> {
  const isSsh = isSshUrl(url);
  if (credentials === undefined) return isSsh ? invalid('INVALID_CREDENTIALS', ['ssh'], 'an SSH repository needs ssh.privateKey and ssh.knownHosts') : ok(undefined);
  if (isSshCredentials(credentials)) {
    return isSsh ? checkSsh(credentials) : invalid('INVALID_CREDENTIALS', ['ssh'], 'an SSH key is for URLs such as ssh://git@host/path: give credentials with a user name and a password or token instead');
  }
  return isSsh ? invalid('INVALID_CREDENTIALS', ['credentials'], 'an SSH repository takes no user name and password: give ssh.privateKey and ssh.knownHosts instead') : checkPassword(credentials);
}

function isSshUrl(url: string): boolean {
  return url.startsWith('ssh://');
}

function checkSsh({ privateKey, knownHosts }: SshCredentials): Checked<RepositoryCredentials> {
  if (privateKey.length > MAX_PRIVATE_KEY) return invalid('INVALID_CREDENTIALS', ['ssh', 'privateKey'], `a private key has at most ${MAX_PRIVATE_KEY} characters`);
  const key = parseSshKey(privateKey);
  if (!key.ok) return invalid('INVALID_CREDENTIALS', ['ssh', 'privateKey'], key.error.message);
  const hosts = checkKnownHosts(knownHosts);
  if (!hosts.ok) return invalid('INVALID_CREDENTIALS', ['ssh', 'knownHosts'], hosts.error.message);
  return ok({ privateKey, knownHosts: hosts.value });
}

function checkPassword(credentials: PasswordCredentials): Checked<RepositoryCredentials> {
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
  const spelled = secret.startsWith(SPELLED_SECRET) ? secret.slice(SPELLED_SECRET.length) : undefined;
  // Base64 that is none would be read as a shorter key, even as an empty one.
  if (spelled !== undefined && (!/^[A-Za-z0-9+/]*={0,2}$/.test(spelled) || Buffer.from(spelled, 'base64').length < MIN_SECRET)) {
    return invalid('INVALID_VALUE', ['webhookSecret'], `after ${SPELLED_SECRET} stands base64 of ${MIN_SECRET} bytes or more: printf 'whsec_%s' "$(openssl rand -base64 32)"`);
  }
  return secret.length >= MIN_SECRET && secret.length <= MAX_SECRET && !CONTROL.test(secret)
    ? ok(secret)
    : invalid('INVALID_VALUE', ['webhookSecret'], `a webhook secret has ${MIN_SECRET} to ${MAX_SECRET} characters, none of them a control character`);
}

/** Credentials are bound to scheme, host and port: they never follow a repository to another place. */
export function sameOrigin(a: string, b: string): boolean {
  const [from, to] = [parseRepositoryUrl(a), parseRepositoryUrl(b)];
  return from.ok && to.ok && from.value.origin === to.value.origin;
}

export function invalid(code: InvalidRepositorySetting['code'], field: readonly string[], rule: string): Result<never, InvalidRepositorySetting> {
  return err({ code, field, rule });
}
