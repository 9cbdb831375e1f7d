import type { Result } from '#kernel';
import type { ClusterId } from '#domain';
import type { IssuedCertificate } from '../hub-identity/certificate-authority.js';

/** The row that a token or a nonce stands for. */
export interface EnrolledCluster {
  readonly id: ClusterId;
  readonly name: string;
}

export type IssuedBy = 'ENROLL' | 'RENEW' | 'RECOVER';

export type EnrollmentRefusal = 'TOKEN_UNKNOWN' | 'TOKEN_USED' | 'TOKEN_EXPIRED' | 'CLUSTER_NOT_ACTIVE' | 'PROOF_REFUSED';

export type EnrollFailure =
  /** Unknown, used, expired, or its cluster was removed: one answer for all. `why` is for the hub's own log, never for the caller. */
  | { readonly code: 'ENROLLMENT_REFUSED'; readonly why: EnrollmentRefusal; readonly cluster?: ClusterId }
  /** Another cluster than the one that enrolled as this row before, and the token does not say `replace`. The token is spent. */
  | { readonly code: 'CLUSTER_DIFFERS' }
  /** The key of the CSR was certified before. */
  | { readonly code: 'CSR_REFUSED' };

export interface EnrollCommand {
  readonly tokenHash: Uint8Array;
  readonly kubeSystemUid: string;
  readonly agentVersion: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly origin: string;
  issue(cluster: ClusterId): Promise<IssuedCertificate>;
}

export interface RecoverCommand {
  readonly cluster: ClusterId;
  readonly nonceHash: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly origin: string;
  /** True if the request was signed by the owner of this key (SubjectPublicKeyInfo, DER). */
  isSignedBy(publicKey: Uint8Array): boolean;
  issue(cluster: ClusterId): Promise<IssuedCertificate>;
}

export interface Enrolled {
  readonly cluster: EnrolledCluster;
  readonly certificate: IssuedCertificate;
}

/** Each method is one transaction: proof burned, certificate recorded and audit row written together or not at all. */
export interface EnrollmentStore {
  enroll(command: EnrollCommand): Promise<Result<Enrolled, EnrollFailure>>;
  /** Remembers a nonce for a minute. Does nothing for a cluster that is not there, so that the answer tells nothing. */
  addNonce(cluster: ClusterId, nonceHash: Uint8Array): Promise<void>;
  recover(command: RecoverCommand): Promise<Result<Enrolled, EnrollFailure>>;
}
