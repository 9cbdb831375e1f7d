import type { ClusterId } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import type { IssuedCertificate } from '../hub-identity/certificate-authority.js';
import type { IssuedBy } from './enrollment.store.js';

/** Writes the row without which a certificate counts for nothing, in the open transaction. */
export async function recordCertificate(tx: TransactionContext, cluster: ClusterId, certificate: IssuedCertificate, by: IssuedBy): Promise<void> {
  await tx.execute(
    `INSERT INTO cluster_certificates (serial, cluster_id, public_key, fingerprint, not_before, not_after, issued_by, issued_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())`,
    [certificate.serial, cluster, Buffer.from(certificate.publicKey), certificate.fingerprint, certificate.notBefore, certificate.notAfter, by],
  );
}
