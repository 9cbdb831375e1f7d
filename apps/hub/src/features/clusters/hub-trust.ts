import type { ClusterId } from '#domain';

/** What a new agent must know to trust this hub. Implemented by the gateway, which owns the CA. */
export interface HubTrust {
  trust(): Promise<{ readonly caPem: string; /** SHA-256 of the public key of the CA: `sha256:<64 hex>`. */ readonly caHash: string }>;
  /** A new join token: the text is shown once, the row keeps the hash. */
  newJoinToken(): { readonly token: string; readonly hash: Uint8Array; readonly ttlMs: number };
  /** Inside a transaction: revokes every certificate of the cluster, so that its streams end within five seconds. */
  revokeCertificates(clusterId: ClusterId): Promise<void>;
}

export const HUB_TRUST = Symbol('HubTrust');
