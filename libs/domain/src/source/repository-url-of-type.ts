import { err, type Result } from '#kernel';
import type { RepositoryType } from './repository-type.js';
import { parseRepositoryUrl, type RefusedRepositoryUrl, type RepositoryUrl } from './repository-url.js';

/** The type of a repository whose owner does not say it. */
export function defaultRepositoryType(url: string): RepositoryType {
  return /^oci:/i.test(url) ? 'OCI' : 'GIT';
}

/** Reads the URL of a repository of one type: `oci://` for registries (`http://` for one without TLS), `https://` or `http://` for chart repositories. Pure. */
export function parseRepositoryUrlOfType(text: string, type: RepositoryType): Result<RepositoryUrl, RefusedRepositoryUrl> {
  const parsed = parseRepositoryUrl(text);
  if (!parsed.ok) return parsed;
  const { isSsh, isOci } = parsed.value;
  if (type === 'GIT' && isOci) return refused('a Git repository has an https, http or ssh URL; for a registry say type OCI');
  if (type === 'OCI' && !isOci && !parsed.value.url.startsWith('http://')) return refused('a registry is written as oci://host/path, or http://host/path where it has no TLS');
  if (type === 'HELM' && (isOci || isSsh)) return refused('a chart repository is written as https://host/path, the URL to which /index.yaml is added');
  return parsed;
}

/** Where requests for a registry or chart repository go. Pure. */
export function contactUrlOf(url: string): string {
  return url.startsWith('oci://') ? `https://${url.slice('oci://'.length)}` : url;
}

function refused(message: string): Result<never, RefusedRepositoryUrl> {
  return err({ code: 'REPOSITORY_URL_SCHEME_REFUSED', message });
}
