import type { HubId } from '#domain';

/** The row that makes this hub this hub. */
export interface StoredHubIdentity {
  readonly hub: HubId;
  /** Fleet epoch: raised when an older database is restored. */
  readonly epoch: bigint;
  /** DER. */
  readonly caCertificate: Uint8Array;
  /** PKCS#8 inside the envelope of the master key. */
  readonly caKeyEncrypted: Uint8Array;
}

export interface HubIdentityStore {
  find(): Promise<StoredHubIdentity | undefined>;
  /** Inserts unless another replica was first; the row that stands is the answer. */
  createOnce(identity: StoredHubIdentity): Promise<StoredHubIdentity>;
}
