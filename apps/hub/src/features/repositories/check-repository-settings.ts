import { ok } from '#kernel';
import { defaultRepositoryType, isRepositoryType, parseName, parseRepositoryUrlOfType, REPOSITORY_TYPES, type RepositoryType } from '#domain';
import { invalid, type Checked } from './invalid-setting.js';

export const DEFAULT_POLL_MS = 60_000;
const MIN_POLL_MS = 1_000;
const MAX_POLL_MS = 24 * 60 * 60 * 1_000;

export function checkRepositoryName(name: string): Checked<string> {
  const parsed = parseName(name);
  return parsed.ok ? parsed : invalid('INVALID_NAME', ['name'], parsed.error.rule);
}

/** The URL as it is stored. */
export function checkRepositoryUrl(url: string, type: RepositoryType): Checked<string> {
  const parsed = parseRepositoryUrlOfType(url, type);
  return parsed.ok ? ok(parsed.value.url) : invalid('INVALID_URL', ['url'], parsed.error.message);
}

/** What is said, in any case of letters, or what the URL says. */
export function checkRepositoryType(type: string | undefined, url: string): Checked<RepositoryType> {
  const said = type === undefined ? defaultRepositoryType(url) : type.toUpperCase();
  return isRepositoryType(said) ? ok(said) : invalid('INVALID_VALUE', ['type'], `the type of a repository is one of ${REPOSITORY_TYPES.join(', ')}`);
}

/** A repository stays of its type: what is followed in it means something else in another. */
export function checkSameType(type: string | undefined, stored: RepositoryType): Checked<RepositoryType> {
  return type === undefined || type.toUpperCase() === stored ? ok(stored) : invalid('INVALID_VALUE', ['type'], `the repository has the type ${stored}, which cannot be changed: create another one`);
}

export function checkPoll(pollMs: number): Checked<number> {
  return pollMs >= MIN_POLL_MS && pollMs <= MAX_POLL_MS ? ok(pollMs) : invalid('INVALID_POLL', ['poll'], 'the polling interval is 1s to 24h');
}
