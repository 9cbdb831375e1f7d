/** Where a written commit, or a branch that waits for a pull request, can be looked at. */
export type WebPlace = { readonly commit: string } | { readonly branch: string; readonly base: string };

const HOSTS: readonly { readonly host: RegExp; readonly commit: (commit: string) => string; readonly request: (branch: string, base: string) => string }[] = [
  { host: /^github\.com$/, commit: (commit) => `/commit/${commit}`, request: (branch, base) => `/compare/${base}...${branch}?expand=1` },
  { host: /^gitlab\.com$/, commit: (commit) => `/-/commit/${commit}`, request: (branch, base) => `/-/merge_requests/new?merge_request%5Bsource_branch%5D=${encodeURIComponent(branch)}&merge_request%5Btarget_branch%5D=${encodeURIComponent(base)}` },
  { host: /^codeberg\.org$/, commit: (commit) => `/commit/${commit}`, request: (branch, base) => `/compare/${base}...${branch}` },
];
const MAX_URL = 500;

/**
 * A page about what was written: the one that the server named when it was pushed, if it lies on the repository's own host, else one by the habits of a host that
 * is known; undefined for all others. Pure.
 *
 * @param said what the server printed
 */
export function webUrlOf(repositoryUrl: string, place: WebPlace, said: string): string | undefined {
  const url = URL.parse(repositoryUrl);
  if (url === null) return undefined;
  for (const [text] of said.matchAll(/https?:\/\/[^\s"'<>]+/g)) {
    const named = URL.parse(text);
    if (named !== null && named.hostname === url.hostname && named.username === '' && named.password === '' && text.length <= MAX_URL) return named.href;
  }
  const known = HOSTS.find(({ host }) => host.test(url.hostname));
  const path = url.pathname.replace(/\.git$/, '');
  return known === undefined ? undefined : `https://${url.hostname}${path}${'commit' in place ? known.commit(place.commit) : known.request(place.branch, place.base)}`;
}
