import type { Contact } from '../contact.js';

/** The one remote name used; its URL comes with each command and is written nowhere. */
export const REMOTE = 'capstan';

export interface GitEnvironmentSettings {
  /** Where git and its own helpers look for programs. */
  readonly path: string;
  /** A directory that is the adapter's own: home, and the highest place where git may look for a repository. */
  readonly cacheDirectory: string;
  /** A server from which nothing comes for this long is given up: a cut that nobody reports is no reason to wait for the whole deadline. */
  readonly silenceMs: number;
}

/** What holds for every command, whatever a repository's own configuration says: command scope goes before all others. */
const ALWAYS: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.symlinks', 'false'],
  ['safe.directory', '*'],
  ['credential.helper', ''],
  ['protocol.allow', 'never'],
  ['protocol.http.allow', 'always'],
  ['protocol.https.allow', 'always'],
  ['protocol.version', '2'],
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '1'],
  ['fetch.recurseSubmodules', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

/**
 * The whole environment of a git process: nothing of the machine's configuration, no prompts, no other protocol than the repository's, no redirects.
 * No credential is in it: what a process was started with can be read from outside (`withSecretConfiguration`).
 */
export function gitEnvironment(settings: GitEnvironmentSettings, more: readonly (readonly [string, string])[] = []): Readonly<Record<string, string>> {
  const config = [...ALWAYS, ['http.lowSpeedTime', String(Math.max(1, Math.round(settings.silenceMs / 1_000)))] as const, ...more];
  return {
    PATH: settings.path,
    HOME: settings.cacheDirectory,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CEILING_DIRECTORIES: settings.cacheDirectory,
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(config.flatMap(([key, value], i) => [[`GIT_CONFIG_KEY_${i}`, key], [`GIT_CONFIG_VALUE_${i}`, value]])),
  };
}

/** The configuration that lets a command talk to a remote. `caFile` holds `contact.caPem`. */
export function remoteConfiguration(contact: Contact, caFile: string | undefined): readonly (readonly [string, string])[] {
  return [
    [`remote.${REMOTE}.url`, contact.url],
    ...(contact.ssh === undefined ? [] : [['protocol.ssh.allow', 'always'] as const]),
    ...(caFile === undefined ? [] : [['http.sslCAInfo', caFile] as const]),
    ...(contact.addresses === undefined || contact.ssh !== undefined ? [] : [['http.curloptResolve', pinned(contact.url, contact.addresses)] as const]),
  ];
}

/** `host:port:address,address`, as libcurl's CURLOPT_RESOLVE wants it. */
function pinned(url: string, addresses: readonly string[]): string {
  const { hostname, port, protocol } = new URL(url);
  const written = addresses.map((address) => (address.includes(':') ? `[${address}]` : address));
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}:${written.join(',')}`;
}

/** Named only while fetching: without it git never goes to the network by itself for an object that is missing. */
export const PROMISED: readonly (readonly [string, string])[] = [[`remote.${REMOTE}.promisor`, 'true']];
/** The same, and nothing that is fetched brings file contents along. */
export const PARTIAL: readonly (readonly [string, string])[] = [
  ...PROMISED,
  [`remote.${REMOTE}.partialclonefilter`, 'blob:none'],
];
