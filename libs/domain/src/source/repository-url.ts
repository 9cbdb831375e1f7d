import { err, ok, type Result } from '#kernel';

/** A URL of a repository that may be contacted: http, https, ssh or oci, without password, query or fragment. */
export interface RepositoryUrl {
  /** As it is stored and contacted: host in lower case, default port and trailing slashes dropped; `user@host:path` as `ssh://user@host/path`. */
  readonly url: string;
  /** Scheme, host and port: what credentials are bound to. Of a registry those of https, which it is asked by. */
  readonly origin: string;
  /** Two URLs with the same key mean the same repository (`.git` at the end makes no difference). */
  readonly sameKey: string;
  readonly isSsh: boolean;
  /** A registry: for no Git adapter. */
  readonly isOci: boolean;
}

export interface RefusedRepositoryUrl {
  readonly code: 'REPOSITORY_URL_INVALID' | 'REPOSITORY_URL_SCHEME_REFUSED' | 'REPOSITORY_URL_HAS_CREDENTIALS';
  /** Never repeats the text of the URL: it may hold a password. */
  readonly message: string;
}

const MAX_URL_LENGTH = 2048;
const SCP_LIKE = /^([^/@:\s]+)@([^/@:\s]+):(?!\/\/)(.+)$/;
const SSH_USER = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;
const SSH_HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])$/;
/** Segments that begin with a letter, a digit, `_`, `~` or a dot that is not all: none can be an option, climb up, or need quoting. */
const SSH_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_~.][A-Za-z0-9_.~+@=,-]*)+$/;

/** Reads the URL of a repository. Everything but plain http, https, ssh and oci is refused: `file:`, `ext::` and the like run or read things on this side. Pure. */
export function parseRepositoryUrl(text: string): Result<RepositoryUrl, RefusedRepositoryUrl> {
  if (text.length > MAX_URL_LENGTH || /[\s\p{Cc}\\]/u.test(text)) return invalid(`a URL has no white space, control characters or backslashes and at most ${MAX_URL_LENGTH} characters`);
  const scp = SCP_LIKE.exec(text);
  if (scp !== null) return parseSshUrl(`ssh://${scp[1] ?? ''}@${scp[2] ?? ''}/${(scp[3] ?? '').replace(/^\//, '')}`);
  const url = URL.parse(text);
  if (url === null) return invalid('not a URL; write it as https://host/path or ssh://user@host/path');
  if (url.protocol === 'ssh:') return parseSshUrl(text);
  if (url.protocol === 'oci:') return parseOciUrl(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return schemeRefused();
  if (url.username !== '' || url.password !== '') return hasCredentials();
  if (!/^https?:\/\/[^/]/i.test(text)) return invalid('not a URL; write it as https://host/path');
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) return invalid('the URL of a repository has no query and no fragment');
  const path = url.pathname.replace(/\/+$/, '');
  if (path === '') return invalid('the URL names a host and no repository');
  return ok({ url: `${url.origin}${path}`, origin: url.origin, sameKey: `${url.origin}${path.replace(/\.git$/, '')}`, isSsh: false, isOci: false });
}

/** Read as https, which is what a registry speaks. */
function parseOciUrl(text: string): Result<RepositoryUrl, RefusedRepositoryUrl> {
  const parsed = parseRepositoryUrl(text.replace(/^oci:/i, 'https:'));
  if (!parsed.ok) return parsed;
  const { url, origin } = parsed.value;
  const written = url.replace(/^https:/, 'oci:');
  return ok({ url: written, origin, sameKey: written, isSsh: false, isOci: true });
}

/** The user belongs to the address of an SSH server and is no secret; a password would be one. */
function parseSshUrl(text: string): Result<RepositoryUrl, RefusedRepositoryUrl> {
  const match = /^ssh:\/\/([^/]*)(\/.*)?$/i.exec(text);
  const [, authority = '', rawPath = ''] = match ?? [];
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(0, at));
  if (user.includes(':')) return hasCredentials();
  const place = /^(.*?)(?::(\d{1,5}))?$/.exec(authority.slice(at + 1));
  const host = (place?.[1] ?? '').toLowerCase();
  const port = Number(place?.[2] ?? '22');
  const path = rawPath.replace(/\/+$/, '');
  if (!SSH_USER.test(user)) return invalid('an SSH URL names the user: ssh://git@host/path');
  if (!SSH_HOST.test(host) || port < 1 || port > 65_535) return invalid('the host of an SSH URL is a name or an address, with a port from 1 to 65535: ssh://git@host:22/path');
  if (!SSH_PATH.test(path)) return invalid('the path of an SSH URL consists of letters, digits and . _ ~ + @ = , - , and no part of it begins with a dash');
  const written = port === 22 ? '' : `:${port}`;
  const origin = `ssh://${host}${written}`;
  return ok({ url: `ssh://${user}@${host}${written}${path}`, origin, sameKey: `ssh://${user}@${host}${written}${path.replace(/\.git$/, '')}`, isSsh: true, isOci: false });
}

/** Scheme, host and port of an origin in its one spelling, default port dropped; undefined for what is none. Pure. */
export function parseOrigin(text: string): string | undefined {
  const url = URL.parse(text.replace(/^oci:/i, 'https:'));
  if (url === null || url.host === '') return undefined;
  return url.protocol === 'ssh:' ? `ssh://${url.hostname.toLowerCase()}${url.port === '' || url.port === '22' ? '' : `:${url.port}`}` : url.origin;
}

function invalid(message: string): Result<never, RefusedRepositoryUrl> {
  return err({ code: 'REPOSITORY_URL_INVALID', message });
}

function hasCredentials(): Result<never, RefusedRepositoryUrl> {
  return err({ code: 'REPOSITORY_URL_HAS_CREDENTIALS', message: 'the URL holds a user or password: give them as the credentials of the repository instead' });
}

function schemeRefused(): Result<never, RefusedRepositoryUrl> {
  return err({ code: 'REPOSITORY_URL_SCHEME_REFUSED', message: 'only https, http, ssh and oci repositories can be used' });
}
