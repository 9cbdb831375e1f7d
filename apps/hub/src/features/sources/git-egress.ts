import { err, ok, type Log, type Result, type Timers } from '#kernel';
import { gitFailure, type GitFailure } from '#git';
import { BlockList, isIP } from 'node:net';

/** Every address of a host, as DNS and the machine's own files say. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

const DNS_DEADLINE_MS = 5_000;
const PRIVATE_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24],
  ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
];
/** Only 2000::/3 is handed out for the public Internet; within it, what embeds an IPv4 address or is not routed is refused as well. */
const PUBLIC_IPV6: readonly [string, number] = ['2000::', 3];
const PRIVATE_IPV6: readonly (readonly [string, number])[] = [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]];

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
    const addresses = isIP(host) === 0 ? await this.#resolve(host, signal) : [host];
    if (addresses === undefined || addresses.length === 0) return err(gitFailure('REPOSITORY_UNREACHABLE', url, `the host ${host} does not resolve`));
    const refused = addresses.find((address) => !isPublicAddress(address));
    if (refused === undefined) return ok(addresses);
    this.log.warn('a Git host has an address where the hub does not go', { host, address: refused });
    return err(gitFailure('EGRESS_REFUSED', url, `the host ${host} has a loopback, link-local or private address and is not listed in CAPSTAN_ALLOW_PRIVATE_GIT_HOSTS of the hub`));
  }

  async #resolve(host: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const answered = new AbortController();
    const late = this.timers.sleep(DNS_DEADLINE_MS, AbortSignal.any([signal, answered.signal])).catch(() => undefined);
    try {
      // A lookup cannot be called off; whoever waits for it can leave.
      return await Promise.race([this.resolve(host).catch(() => undefined), late.then(() => undefined)]);
    } finally {
      answered.abort();
      signal.throwIfAborted();
    }
  }
}

/** False for every address that is not on the public Internet, or stands for one that is not. Pure. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !SPECIAL.check(address, 'ipv4');
  return family === 6 && !address.includes('%') && PUBLIC.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
}

function blockList(ipv4: readonly (readonly [string, number])[], ipv6: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of ipv4) list.addSubnet(net, prefix, 'ipv4');
  for (const [net, prefix] of ipv6) list.addSubnet(net, prefix, 'ipv6');
  return list;
}

const SPECIAL = blockList(PRIVATE_IPV4, PRIVATE_IPV6);
const PUBLIC = blockList([], [PUBLIC_IPV6]);
