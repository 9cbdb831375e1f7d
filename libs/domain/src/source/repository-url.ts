import { err, ok, type Result } from '#kernel';

/** A Git URL that may be contacted: http or https, without credentials, query or fragment. */
export interface RepositoryUrl {
  /** As it is stored and contacted: host in lower case, default port and trailing slashes dropped. */
  readonly url: string;
  /** Scheme, host and port: what credentials are bound to. */
  readonly origin: string;
  /** Two URLs with the same key mean the same repository (`.git` at the end makes no difference). */
  readonly sameKey: string;
}

export interface RefusedRepositoryUrl {
  readonly code: 'REPOSITORY_URL_INVALID' | 'REPOSITORY_URL_SCHEME_REFUSED' | 'REPOSITORY_URL_HAS_CREDENTIALS';
  /** Never repeats the text of the URL: it may hold a password. */
  readonly message: string;
}

const MAX_URL_LENGTH = 2048;
const SCP_LIKE = /^[^/@:\s]+@[^/@:\s]+:/;

/** Reads the URL of a repository. Everything but plain http and https is refused: `file:`, `ext::` and the like run or read things on this side. Pure. */
export function parseRepositoryUrl(text: string): Result<RepositoryUrl, RefusedRepositoryUrl> {
  if (text.length > MAX_URL_LENGTH || /[\s\p{Cc}\\]/u.test(text)) return invalid(`a URL has no white space, control characters or backslashes and at most ${MAX_URL_LENGTH} characters`);
  if (SCP_LIKE.test(text)) return schemeRefused();
  const url = URL.parse(text);
  if (url === null) return invalid('not a URL; write it as https://host/path');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return schemeRefused();
  if (url.username !== '' || url.password !== '') {
    return err({ code: 'REPOSITORY_URL_HAS_CREDENTIALS', message: 'the URL holds a user or password: give them as the credentials of the repository instead' });
  }
  if (!/^https?:\/\/[^/]/i.test(text)) return invalid('not a URL; write it as https://host/path');
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) return invalid('the URL of a repository has no query and no fragment');
  const path = url.pathname.replace(/\/+$/, '');
  if (path === '') return invalid('the URL names a host and no repository');
  return ok({ url: `${url.origin}${path}`, origin: url.origin, sameKey: `${url.origin}${path.replace(/\.git$/, '')}` });
}

function invalid(message: string): Result<never, RefusedRepositoryUrl> {
  return err({ code: 'REPOSITORY_URL_INVALID', message });
}

function schemeRefused(): Result<never, RefusedRepositoryUrl> {
  return err({ code: 'REPOSITORY_URL_SCHEME_REFUSED', message: 'only http and https repositories can be used' });
}
