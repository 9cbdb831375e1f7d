import type { ClusterId } from '#domain';
import { CHANNELS, type TransactionContext } from '../platform/database/index.js';
import type { HubIdentity } from './hub-identity/load-hub-identity.js';

/** What other features need of the hub's authority: what an agent must know to trust this hub, and how to take certificates back. */
export class GatewayTrust {
  constructor(
    private readonly tx: TransactionContext,
    private readonly identity: () => Promise<HubIdentity>,
  ) {}

  async trust(): Promise<{ readonly caPem: string; readonly caHash: string }> {
    const { authority } = await this.identity();
    return { caPem: authority.caPem, caHash: authority.caHash };
  }

  /** In the open transaction of the caller: every certificate of the cluster counts no more; its streams end within five seconds of the commit. */
  async revokeCertificates(clusterId: ClusterId): Promise<void> {
    await this.tx.execute('UPDATE cluster_certificates SET revoked_at = now() WHERE cluster_id = $1 AND revoked_at IS NULL', [clusterId]);
    this.tx.notify(CHANNELS.certificateRevoked, clusterId);
  }
}
