import { ok } from '#kernel';
import { parseRepositoryUrl, type RepositoryType } from '#domain';
import { checkKnownHosts, isSshCredentials, parseSshKey, type PasswordCredentials, type SshCredentials } from '#git';
import { invalid, type Checked } from './invalid-setting.js';
import type { RepositoryCredentials } from './repository-secrets.js';

const MAX_USERNAME = 256;
const MAX_PASSWORD = 4_096;
const MAX_PRIVATE_KEY = 16_384;
const CONTROL = /\p{Cc}/u;

/** Whether credentials are sound, and of the kind that the URL needs. An SSH repository cannot do without. */
export function checkCredentials(url: string, credentials: RepositoryCredentials | undefined): Checked<RepositoryCredentials | undefined> {
  const isSsh = isSshUrl(url);
  if (credentials === undefined) return isSsh ? invalid('INVALID_CREDENTIALS', ['ssh'], 'an SSH repository needs ssh.privateKey and ssh.knownHosts') : ok(undefined);
  if (isSshCredentials(credentials)) {
    return isSsh ? checkSsh(credentials) : invalid('INVALID_CREDENTIALS', ['ssh'], 'an SSH key is for URLs such as ssh://git@host/path: give credentials with a user name and a password or token instead');
  }
  return isSsh ? invalid('INVALID_CREDENTIALS', ['credentials'], 'an SSH repository takes no user name and password: give ssh.privateKey and ssh.knownHosts instead') : checkPassword(credentials);
}

/** The same for what commits are written with, under the names of its own fields. Only Git is written to. */
export function checkWriteCredentials(type: RepositoryType, url: string, credentials: RepositoryCredentials | undefined): Checked<RepositoryCredentials | undefined> {
  if (credentials === undefined) return ok(undefined);
  const field = isSshCredentials(credentials) ? 'writeSsh' : 'writeCredentials';
  if (type !== 'GIT') return invalid('INVALID_CREDENTIALS', [field], 'commits are written to Git repositories alone');
  const checked = checkCredentials(url, credentials);
  return checked.ok ? checked : invalid('INVALID_CREDENTIALS', [field, ...checked.error.field.slice(1)], checked.error.rule);
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

/** Credentials are bound to scheme, host and port: they never follow a repository to another place. */
export function sameOrigin(a: string, b: string): boolean {
  const [from, to] = [parseRepositoryUrl(a), parseRepositoryUrl(b)];
  return from.ok && to.ok && from.value.origin === to.value.origin;
}
