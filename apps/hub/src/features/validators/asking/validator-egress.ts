import { err, ok, type Log, type Result, type Timers } from '#kernel';
import { reachOf } from '#git';
import { isIP } from 'node:net';
import { resolveInTime, type ResolveHost } from '../../../platform/http/index.js';

/**
 * Where questions to validators may go, judged after DNS: to the public Internet by https, and to hosts that are listed by whoever runs the hub also
 * by http, and at loopback and private addresses. To addresses at which clouds answer what is told to machines alone, never. The addresses that it
 * answers are the ones to connect to: asking DNS again later could give others.
 */
export class ValidatorEgress {
  readonly #allowed: ReadonlySet<string>;

  constructor(
    allowedHosts: readonly string[],
    private readonly resolve: ResolveHost,
    private readonly timers: Timers,
    private readonly log: Log,
  ) {
    this.#allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  }

  /** Errors are for people and name the host alone: what else stands in a URL may be a secret. @throws the signal's reason when it aborts. */
  async check(url: URL, signal: AbortSignal): Promise<Result<readonly string[], string>> {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const isListed = this.#allowed.has('*') || this.#allowed.has(host);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isListed)) return err(`http is for hosts that CAPSTAN_ALLOW_PRIVATE_VALIDATOR_HOSTS of the hub lists, and ${host} is not: use https`);
    const addresses = isIP(host) === 0 ? await resolveInTime(this.resolve, host, this.timers, signal) : [host];
    if (addresses === undefined || addresses.length === 0) return err(`the host ${host} does not resolve`);
    const refused = addresses.find((address) => !isAllowed(address, isListed));
    if (refused === undefined) return ok(addresses);
    this.log.warn('the host of a validator has an address where the hub does not go', { host, address: refused });
    return err(`the host ${host} has a loopback, link-local or private address${isListed ? ' of those where nobody may go' : ' and is not listed in CAPSTAN_ALLOW_PRIVATE_VALIDATOR_HOSTS of the hub'}`);
  }
}

function isAllowed(address: string, isListed: boolean): boolean {
  const reach = reachOf(address);
  return reach === 'PUBLIC' || (isListed && reach !== 'METADATA');
}
