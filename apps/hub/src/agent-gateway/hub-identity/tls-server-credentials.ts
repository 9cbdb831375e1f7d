import { ServerCredentials } from '@grpc/grpc-js';
import type { SecureContextOptions } from 'node:tls';
import type { ServerKeyPair } from './certificate-authority.js';

/** TLS 1.3 and nothing below; with `clientCa` a client without a certificate of that CA is refused in the handshake, before any handler. */
export class TlsServerCredentials extends ServerCredentials {
  constructor(
    pair: ServerKeyPair,
    private readonly clientCa: string | undefined,
  ) {
    super({ requestCert: clientCa !== undefined, rejectUnauthorized: clientCa !== undefined }, contextOf(pair, clientCa));
  }

  /** Serves another certificate from the next handshake on. */
  replace(pair: ServerKeyPair): void {
    this.updateSecureContextOptions(contextOf(pair, this.clientCa));
  }

  override _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}

function contextOf(pair: ServerKeyPair, clientCa: string | undefined): SecureContextOptions {
  return { cert: pair.certificateChainPem, key: pair.privateKeyPem, minVersion: 'TLSv1.3', ...(clientCa === undefined ? {} : { ca: clientCa }) };
}
