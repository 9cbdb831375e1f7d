import { err, ok, type Log, type Result, type Timers } from '#kernel';
import { gitFailure, isPublicAddress, type GitFailure } from '#git';
import { isIP } from 'node:net';
import { resolveInTime, type ResolveHost } from '../../platform/http/index.js';

/**
 * Where the hub may go for Git (after DNS, so that a public name for a private address does not help): not to loopback, link-local,
 * private and otherwise special addresses, unless the host is listed. The addresses it answers are the ones to connect to: asking DNS
 * again later could give others.
 */
export class GitEgress {
  readonly #allowed: ReadonlySet<string>;

  constructor(
    allowedHosts: readonly string[],
    private readonly resolve: ResolveHost,
    private readonly timers: Timers,
    private readonly log: Log,
  ) {
    this.#allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  }

  /** The addresses for this URL; undefined for a host that may have any. @throws the signal's reason when it aborts. */
  async check(url: string, signal: AbortSignal): Promise<Result<readonly string[] | undefined, GitFailure>> {
    const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
    if (this.#allowed.has('*') || this.#allowed.has(host)) return ok(undefined);
    const addresses = isIP(host) === 0 ? await resolveInTime(this.resolve, host, this.timers, signal) : [host];
    if (addresses === undefined || addresses.length === 0) return err(gitFailure('REPOSITORY_UNREACHABLE', url, `the host ${host} does not resolve`));
    const refused = addresses.find((address) => !isPublicAddress(address));
    if (refused === undefined) return ok(addresses);
    this.log.warn('a Git host has an address where the hub does not go', { host, address: refused });
    return err(gitFailure('EGRESS_REFUSED', url, `the host ${host} has a loopback, link-local or private address and is not listed in CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS of the hub`));
  }
}
