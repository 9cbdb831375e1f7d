import { err, ok, type Result } from '#kernel';
import { clusterId, type ClusterId } from '#domain';
import type { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { IssuedCertificate } from '../hub-identity/certificate-authority.js';
import type { EnrollCommand, Enrolled, EnrollFailure, EnrollmentStore, IssuedBy, RecoverCommand } from './enrollment.store.js';
import { recordCertificate } from './record-certificate.js';

const SCOPE = systemScope('enrollment');
const NONCE_TTL = '1 minute';
/** Nonces that one cluster may have open: a flood of challenges stays this small. */
const MAX_NONCES = 16;
const RECOVER_WINDOW = '30 days';
const MAX_RECOVER_KEYS = 4;

interface TokenRow {
  readonly cluster_id: string;
  readonly replace: boolean;
}
interface ClusterRow {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly kube_system_uid: string | null;
}

export class SqlEnrollmentStore implements EnrollmentStore {
  constructor(
    private readonly tx: TransactionContext,
    private readonly audit: AuditTrail,
  ) {}

  enroll(command: EnrollCommand): Promise<Result<Enrolled, EnrollFailure>> {
    return this.tx.run({ ...SCOPE, origin: command.origin }, async () => {
      // The one statement that burns: of any number of callers PostgreSQL lets one see `used_at` empty.
      const [token] = await this.tx.query<TokenRow>(
        `UPDATE join_tokens SET used_at = now() WHERE hash = $1 AND used_at IS NULL AND expires_at > now() RETURNING cluster_id, "replace"`,
        [Buffer.from(command.tokenHash)],
      );
      if (token === undefined) return this.denyToken(command);
      const [cluster] = await this.tx.query<ClusterRow>('SELECT id, name, state, kube_system_uid FROM clusters WHERE id = $1 FOR UPDATE', [token.cluster_id]);
      if (cluster === undefined || (cluster.state !== 'PENDING' && cluster.state !== 'ACTIVE')) {
        return this.refuse(token.cluster_id, { code: 'ENROLLMENT_REFUSED', why: 'CLUSTER_NOT_ACTIVE', cluster: clusterId(token.cluster_id) });
      }
      const isOther = cluster.kube_system_uid !== null && cluster.kube_system_uid !== command.kubeSystemUid;
      if (isOther && !token.replace) return this.refuse(cluster.id, { code: 'CLUSTER_DIFFERS' });
      if (await this.isKnownKey(command.publicKey)) return this.refuse(cluster.id, { code: 'CSR_REFUSED' });

      await this.tx.execute('UPDATE cluster_certificates SET revoked_at = now() WHERE cluster_id = $1 AND revoked_at IS NULL', [cluster.id]);
      await this.tx.execute(`UPDATE clusters SET state = 'ACTIVE', kube_system_uid = $2, agent_version = $3, ahead_epoch = NULL, version = version + 1 WHERE id = $1`, [
        cluster.id,
        command.kubeSystemUid,
        command.agentVersion,
      ]);
      const enrolled = await this.record(cluster, await command.issue(clusterId(cluster.id)), 'ENROLL');
      await this.audit.record({ action: 'enrollment.enroll', object: { kind: 'Cluster', id: cluster.id }, outcome: 'SUCCEEDED' });
      this.tx.notify(CHANNELS.certificateRevoked, cluster.id); // streams of the earlier certificates end
      this.tx.notify(CHANNELS.clusterChanged, cluster.id);
      return ok(enrolled);
    });
  }

  async addNonce(cluster: ClusterId, nonceHash: Uint8Array): Promise<void> {
    await this.tx.run(SCOPE, async () => {
      await this.tx.execute('DELETE FROM recover_nonces WHERE expires_at < now()');
      await this.tx.execute(
        `INSERT INTO recover_nonces (hash, cluster_id, expires_at) SELECT $1, c.id, now() + interval '${NONCE_TTL}' FROM clusters c
         WHERE c.id = $2 AND (SELECT count(*) FROM recover_nonces n WHERE n.cluster_id = c.id) < ${MAX_NONCES}`,
        [Buffer.from(nonceHash), cluster],
      );
    });
  }

  recover(command: RecoverCommand): Promise<Result<Enrolled, EnrollFailure>> {
    return this.tx.run({ ...SCOPE, origin: command.origin }, async () => {
      const burned = await this.tx.execute('UPDATE recover_nonces SET used_at = now() WHERE hash = $1 AND cluster_id = $2 AND used_at IS NULL AND expires_at > now()', [
        Buffer.from(command.nonceHash),
        command.cluster,
      ]);
      if (burned !== 1) return err<EnrollFailure>({ code: 'ENROLLMENT_REFUSED', why: 'PROOF_REFUSED' }); // no proof of any cluster: nothing to audit against
      const [cluster] = await this.tx.query<ClusterRow>('SELECT id, name, state, kube_system_uid FROM clusters WHERE id = $1 FOR UPDATE', [command.cluster]);
      const keys = await this.tx.query<{ public_key: Buffer }>(
        `SELECT public_key FROM cluster_certificates WHERE cluster_id = $1 AND revoked_at IS NULL AND not_after > now() - interval '${RECOVER_WINDOW}'
         ORDER BY issued_at DESC, serial LIMIT ${MAX_RECOVER_KEYS}`,
        [command.cluster],
      );
      const isOwner = keys.some((key) => command.isSignedBy(key.public_key));
      if (cluster === undefined || (cluster.state !== 'ACTIVE' && cluster.state !== 'REMOVING') || !isOwner) {
        await this.audit.record({ action: 'enrollment.recover', object: { kind: 'Cluster', id: command.cluster }, outcome: 'DENIED', reason: 'ENROLLMENT_REFUSED' });
        return err<EnrollFailure>({ code: 'ENROLLMENT_REFUSED', why: 'PROOF_REFUSED', cluster: command.cluster });
      }
      if (await this.isKnownKey(command.publicKey)) {
        await this.audit.record({ action: 'enrollment.recover', object: { kind: 'Cluster', id: cluster.id }, outcome: 'REFUSED', reason: 'CSR_REFUSED' });
        return err<EnrollFailure>({ code: 'CSR_REFUSED' });
      }
      const enrolled = await this.record(cluster, await command.issue(command.cluster), 'RECOVER');
      await this.audit.record({ action: 'enrollment.recover', object: { kind: 'Cluster', id: cluster.id }, outcome: 'SUCCEEDED' });
      return ok(enrolled);
    });
  }

  /** A token that was there once is audited against its cluster; a text that never was one is not, or anybody could fill the log. */
  private async denyToken(command: EnrollCommand): Promise<Result<Enrolled, EnrollFailure>> {
    const [known] = await this.tx.query<{ cluster_id: string; is_used: boolean }>('SELECT cluster_id, used_at IS NOT NULL AS is_used FROM join_tokens WHERE hash = $1', [Buffer.from(command.tokenHash)]);
    if (known === undefined) return err({ code: 'ENROLLMENT_REFUSED', why: 'TOKEN_UNKNOWN' });
    await this.audit.record({ action: 'enrollment.enroll', object: { kind: 'Cluster', id: known.cluster_id }, outcome: 'DENIED', reason: 'ENROLLMENT_REFUSED' });
    return err({ code: 'ENROLLMENT_REFUSED', why: known.is_used ? 'TOKEN_USED' : 'TOKEN_EXPIRED', cluster: clusterId(known.cluster_id) });
  }

  private async refuse(cluster: string, failure: EnrollFailure): Promise<Result<Enrolled, EnrollFailure>> {
    await this.audit.record({ action: 'enrollment.enroll', object: { kind: 'Cluster', id: cluster }, outcome: 'REFUSED', reason: failure.code });
    return err(failure);
  }

  private async record(cluster: ClusterRow, certificate: IssuedCertificate, by: IssuedBy): Promise<Enrolled> {
    const id = clusterId(cluster.id);
    await recordCertificate(this.tx, id, certificate, by);
    return { cluster: { id, name: cluster.name }, certificate };
  }

  private async isKnownKey(publicKey: Uint8Array): Promise<boolean> {
    return (await this.tx.query('SELECT 1 FROM cluster_certificates WHERE public_key = $1 LIMIT 1', [Buffer.from(publicKey)])).length > 0;
  }
}
