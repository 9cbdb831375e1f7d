import { ok } from '#kernel';
import { parseName, parseRepositoryUrl } from '#domain';
import { invalid, type Checked } from './invalid-setting.js';

export const DEFAULT_POLL_MS = 60_000;
const MIN_POLL_MS = 1_000;
const MAX_POLL_MS = 24 * 60 * 60 * 1_000;

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
