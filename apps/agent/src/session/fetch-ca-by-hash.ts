import { digestOf, err, ok, type Result, type Timers } from '#kernel';
import { X509Certificate } from 'node:crypto';
import { connect, type DetailedPeerCertificate } from 'node:tls';

export type FetchCaFailure =
  | { readonly code: 'HUB_UNREACHABLE'; readonly cause: string }
  /** The hub's CA is not the pinned one: a wrong hash, a rebuilt hub, or somebody in between. */
  | { readonly code: 'CA_HASH_MISMATCH' };

const DEADLINE_MS = 10_000;
const MAX_CHAIN = 5;

/**
 * Fetches the certificate of the CA whose public key has this SHA-256 (`sha256:<hex>`), as PEM. The connection is not trusted: nothing is sent on it and it is
 * closed at once. What it brought counts only because it matches the pinned hash; every later connection verifies in full against it.
 */
export function fetchCaByHash(host: string, port: number, hash: string, timers: Timers): Promise<Result<string, FetchCaFailure>> {
  return new Promise((resolve) => {
    // eslint-disable-next-line no-restricted-syntax -- R6, the one listed exception: the hash is the trust, and nothing is sent here
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port, rejectUnauthorized: false, minVersion: 'TLSv1.3', ...(/^[\d.[\]:]+$/.test(host) ? {} : { servername: host }) });
    const finish = (result: Result<string, FetchCaFailure>): void => {
      deadline.cancel();
      socket.destroy();
      resolve(result);
    };
    const deadline = timers.after(DEADLINE_MS, () => finish(err({ code: 'HUB_UNREACHABLE', cause: 'timeout' })));
    socket.once('error', (error) => finish(err({ code: 'HUB_UNREACHABLE', cause: error.message })));
    socket.once('secureConnect', () => finish(pinnedIn(socket.getPeerCertificate(true), hash)));
  });
}

function pinnedIn(leaf: DetailedPeerCertificate, hash: string): Result<string, FetchCaFailure> {
  let certificate: DetailedPeerCertificate | undefined = leaf;
  for (let depth = 0; depth < MAX_CHAIN && certificate?.raw !== undefined; depth += 1) {
    const parsed = new X509Certificate(certificate.raw);
    if (parsed.ca && caHash(parsed) === hash) return ok(parsed.toString());
    certificate = certificate.issuerCertificate === certificate ? undefined : certificate.issuerCertificate;
  }
  return err({ code: 'CA_HASH_MISMATCH' });
}

/** SHA-256 over the public key of a certificate: `sha256:<hex>`. */
export function caHash(certificate: X509Certificate): string {
  return digestOf(certificate.publicKey.export({ type: 'spki', format: 'der' }));
}
