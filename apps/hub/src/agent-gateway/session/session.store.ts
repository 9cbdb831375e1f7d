import type { Result } from '#kernel';
import type { ClusterId } from '#domain';
import type { IssuedCertificate } from '../hub-identity/certificate-authority.js';
import type { PeerIdentity } from './peer-identity.js';

/** A session as the database admitted it. */
export interface AdmittedSession {
  readonly cluster: ClusterId;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Rises with every session of the cluster, on whatever replica. */
  readonly sessionEpoch: bigint;
}

export interface SessionKey {
  readonly cluster: ClusterId;
  readonly sessionEpoch: bigint;
  readonly serial: string;
}

export interface EndedSession {
  readonly cluster: ClusterId;
  readonly sessionEpoch: bigint;
  readonly why: 'REVOKED' | 'SUPERSEDED' | 'EXPIRED';
}

export type AdmissionFailure = { readonly code: 'CERTIFICATE_REFUSED' };
export type RenewFailure = { readonly code: 'CERTIFICATE_REFUSED' } | { readonly code: 'CSR_REFUSED' } | { readonly code: 'OVERLOADED' };

export interface RenewCommand {
  readonly peer: PeerIdentity;
  readonly publicKey: Uint8Array;
  readonly origin: string;
  issue(cluster: ClusterId): Promise<IssuedCertificate>;
}

/** What the database knows of certificates and streams. Every decision is made on the stored row. */
export interface SessionStore {
  /**
   * Admits a stream: the certificate is recorded for exactly this cluster, neither revoked nor expired by database time, and the cluster is in service.
   * Raises the session epoch under the row's lock. Older certificates of the cluster count no more: its agent holds a newer one.
   */
  admit(peer: PeerIdentity, agentVersion: string, replica: string): Promise<Result<AdmittedSession, AdmissionFailure>>;
  /** Marks the cluster disconnected unless a newer session has taken over. */
  close(cluster: ClusterId, sessionEpoch: bigint): Promise<void>;
  /** Which of these streams must end. */
  ended(sessions: readonly SessionKey[]): Promise<readonly EndedSession[]>;
  /** Notes that these clusters were heard of. */
  seen(clusters: readonly ClusterId[]): Promise<void>;
  renew(command: RenewCommand): Promise<Result<IssuedCertificate, RenewFailure>>;
}
