import { stringAt } from './json-shape.js';
import type { KubeFailure } from './kube-failure.js';

export type StopReason = 'TIMEOUT' | 'ABORTED';

/** What to say when we stopped ourselves; undefined when we did not. */
export function stoppedFailure(reason: StopReason | undefined): KubeFailure | undefined {
  if (reason === undefined) return undefined;
  return { code: reason, httpStatus: 0, message: reason === 'TIMEOUT' ? 'no complete answer within the deadline' : 'stopped by the caller' };
}

/** Codes of OpenSSL and Node that mean: somebody answered, but not somebody whom we trust. */
const UNTRUSTED = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERR_TLS_CERT_ALTNAME)/;

/** A request that found no answer at all. */
export function connectionFailure(error: Error): KubeFailure {
  const cause = stringAt(error, 'code') ?? 'no connection';
  return UNTRUSTED.test(cause)
    ? { code: 'CERTIFICATE_REJECTED', httpStatus: 0, message: `the server's certificate does not verify: ${cause}` }
    : { code: 'UNAVAILABLE', httpStatus: 0, message: `no answer from the server: ${cause}` };
}
