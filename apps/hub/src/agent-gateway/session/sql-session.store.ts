import { err, ok, type Result } from '#kernel';
import { clusterId, type ClusterId } from '#domain';
import type { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, systemScope, type TransactionContext } from '../../platform/database/index.js';
import { recordCertificate } from '../enrollment/record-certificate.js';
import type { IssuedCertificate } from '../hub-identity/certificate-authority.js';
import type { PeerIdentity } from './peer-identity.js';
import type { AdmissionFailure, AdmittedSession, EndedSession, RenewCommand, RenewFailure, SessionKey, SessionStore } from './session.store.js';

const SCOPE = systemScope('agent-gateway');
/** Certificates that one cluster may be given in an hour: a loop in an agent must not fill the table. */
const MAX_RENEWALS_PER_HOUR = 60;

/** The certificate of the stream, exactly as recorded, in force by database time, of a cluster in service. */
const LIVE_CERTIFICATE = `
  SELECT c.id, c.state, x.issued_at FROM cluster_certificates x JOIN clusters c ON c.id = x.cluster_id
  WHERE x.serial = $1 AND x.cluster_id = $2 AND x.fingerprint = $3 AND x.revoked_at IS NULL AND x.not_after > now() AND c.state IN ('ACTIVE', 'REMOVING')`;

export class SqlSessionStore implements SessionStore {
  constructor(
    private readonly tx: TransactionContext,
    private readonly audit: AuditTrail,
  ) {}

  admit(peer: PeerIdentity, agentVersion: string, replica: string): Promise<Result<AdmittedSession, AdmissionFailure>> {
    return this.tx.run(SCOPE, async () => {
      const [row] = await this.tx.query<{ id: string; name: string; labels: Record<string, string>; session_epoch: string; issued_at: Date }>(
        `WITH live AS (${LIVE_CERTIFICATE})
         UPDATE clusters c SET session_epoch = c.session_epoch + 1, connected_replica = $4, connected_at = now(), last_seen_at = now(), agent_version = $5
         FROM live WHERE c.id = live.id RETURNING c.id, c.name, c.labels, c.session_epoch, live.issued_at`,
        [peer.serial, peer.cluster, peer.fingerprint, replica, agentVersion],
      );
      if (row === undefined) return err<AdmissionFailure>({ code: 'CERTIFICATE_REFUSED' });
      await this.tx.execute('UPDATE cluster_certificates SET revoked_at = now() WHERE cluster_id = $1 AND issued_at < $2 AND revoked_at IS NULL', [row.id, row.issued_at]);
      this.tx.notify(CHANNELS.clusterChanged, row.id);
      return ok({ cluster: clusterId(row.id), name: row.name, labels: row.labels, sessionEpoch: BigInt(row.session_epoch) });
    });
  }

  async close(cluster: ClusterId, sessionEpoch: bigint): Promise<void> {
    await this.tx.run(SCOPE, async () => {
      const closed = await this.tx.execute('UPDATE clusters SET connected_replica = NULL, disconnected_at = now() WHERE id = $1 AND session_epoch = $2', [cluster, sessionEpoch.toString()]);
      if (closed > 0) this.tx.notify(CHANNELS.clusterChanged, cluster);
    });
  }

  async ended(sessions: readonly SessionKey[]): Promise<readonly EndedSession[]> {
    if (sessions.length === 0) return [];
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<{ cluster_id: string; session_epoch: string; why: EndedSession['why'] }>(
        `SELECT s.cluster_id, s.session_epoch,
           CASE WHEN c.session_epoch > s.session_epoch THEN 'SUPERSEDED' WHEN x.revoked_at IS NOT NULL OR c.state NOT IN ('ACTIVE', 'REMOVING') THEN 'REVOKED' ELSE 'EXPIRED' END AS why
         FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS s (cluster_id, session_epoch, serial)
         JOIN clusters c ON c.id = s.cluster_id JOIN cluster_certificates x ON x.serial = s.serial
         WHERE c.session_epoch > s.session_epoch OR x.revoked_at IS NOT NULL OR x.not_after < now() OR c.state NOT IN ('ACTIVE', 'REMOVING')`,
        [sessions.map((session) => session.cluster), sessions.map((session) => session.sessionEpoch.toString()), sessions.map((session) => session.serial)],
      ),
    );
    return rows.map((row) => ({ cluster: clusterId(row.cluster_id), sessionEpoch: BigInt(row.session_epoch), why: row.why }));
  }

  async seen(clusters: readonly ClusterId[]): Promise<void> {
    if (clusters.length === 0) return;
    // In order of id, so that two replicas never wait for each other in a circle.
    await this.tx.run(SCOPE, () =>
      this.tx.execute(
        'UPDATE clusters c SET last_seen_at = now() FROM (SELECT id FROM clusters WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE) s WHERE c.id = s.id',
        [clusters],
      ),
    );
  }

  renew(command: RenewCommand): Promise<Result<IssuedCertificate, RenewFailure>> {
    const { peer } = command;
    return this.tx.run({ ...SCOPE, origin: command.origin }, async () => {
      const [live] = await this.tx.query(`${LIVE_CERTIFICATE} FOR UPDATE OF c`, [peer.serial, peer.cluster, peer.fingerprint]);
      if (live === undefined) return this.refuse(command, { code: 'CERTIFICATE_REFUSED' }, 'DENIED');
      if ((await this.tx.query('SELECT 1 FROM cluster_certificates WHERE public_key = $1 LIMIT 1', [Buffer.from(command.publicKey)])).length > 0) {
        return this.refuse(command, { code: 'CSR_REFUSED' }, 'REFUSED');
      }
      const [recent] = await this.tx.query<{ count: string }>(`SELECT count(*) FROM cluster_certificates WHERE cluster_id = $1 AND issued_at > now() - interval '1 hour'`, [peer.cluster]);
      if (Number(recent?.count ?? 0) >= MAX_RENEWALS_PER_HOUR) return err<RenewFailure>({ code: 'OVERLOADED' });
      const certificate = await command.issue(peer.cluster);
      await recordCertificate(this.tx, peer.cluster, certificate, 'RENEW');
      await this.audit.record({ action: 'agent-gateway.renew', object: { kind: 'Cluster', id: peer.cluster }, outcome: 'SUCCEEDED' });
      return ok(certificate);
    });
  }

  private async refuse(command: RenewCommand, failure: RenewFailure, outcome: 'DENIED' | 'REFUSED'): Promise<Result<IssuedCertificate, RenewFailure>> {
    await this.audit.record({ action: 'agent-gateway.renew', object: { kind: 'Cluster', id: command.peer.cluster }, outcome, reason: failure.code });
    return err(failure);
  }
}
