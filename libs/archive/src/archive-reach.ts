import { contactUrlOf } from '#domain';
import { err, ok, type Result } from '#kernel';
import { gitFailure, reachOf, REACHES, type GitFailure } from '#git';
import { isIP } from 'node:net';
import type { Egress } from './archive-http.js';

/** Every address of a host, as DNS and the machine's own files say. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

const DNS_DEADLINE_MS = 5_000;
const METADATA = REACHES.indexOf('METADATA');

/**
 * Where one who may fetch from any repository goes for it. To the host of the repository itself, wherever that is; but an index or a redirect, which are the words
 * of a stranger, lead nowhere nearer than the repository lies: from a public one to public addresses only, from a private one to private ones too. Nothing leads to
 * link-local addresses and to what tells a machine its credentials. The addresses answered are the ones to connect to: DNS asked again could give others.
 *
 * @param allowedHosts may have any address
 */
export function archiveReach(resolve: ResolveHost, allowedHosts: readonly string[]): Egress {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  return async (url, signal, repositoryUrl) => {
    const [host, own] = [hostOf(url), hostOf(contactUrlOf(repositoryUrl))];
    if (allowed.has('*') || allowed.has(host)) return ok(undefined);
    const found = await addressesOf(host, url, resolve, signal);
    if (!found.ok) return found;
    const nearest = nearestOf(found.value);
    if (host === own && nearest < METADATA) return found;
    const bound = host === own ? found : await addressesOf(own, url, resolve, signal);
    if (!bound.ok) return bound;
    return nearest < METADATA && nearest <= nearestOf(bound.value) ? found : err(gitFailure('EGRESS_REFUSED', url, `an index or redirect leads to ${host}, which has a loopback, link-local or private address, and the repository has not`));
  };
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

function nearestOf(addresses: readonly string[]): number {
  return Math.max(...addresses.map((address) => REACHES.indexOf(reachOf(address))));
}

async function addressesOf(host: string, url: string, resolve: ResolveHost, signal: AbortSignal): Promise<Result<readonly string[], GitFailure>> {
  if (isIP(host) !== 0) return ok([host]);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(DNS_DEADLINE_MS)]);
  const { promise: late, resolve: give } = Promise.withResolvers<readonly string[]>();
  const onLate = (): void => give([]);
  deadline.addEventListener('abort', onLate, { once: true });
  try {
    // A look-up cannot be called off; whoever waits for it can leave.
    const addresses = deadline.aborted ? [] : await Promise.race([resolve(host).catch(() => []), late]);
    return addresses.length === 0 ? err(gitFailure('REPOSITORY_UNREACHABLE', url, `the host ${host} does not resolve`)) : ok(addresses);
  } finally {
    deadline.removeEventListener('abort', onLate);
  }
}
