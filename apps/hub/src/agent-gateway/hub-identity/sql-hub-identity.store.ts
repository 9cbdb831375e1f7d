import { hubId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { HubIdentityStore, StoredHubIdentity } from './hub-identity.store.js';

interface Row {
  readonly hub_id: string;
  readonly epoch: string;
  readonly ca_certificate: Buffer;
  readonly ca_key_encrypted: Buffer;
}

const SELECT = 'SELECT hub_id, epoch, ca_certificate, ca_key_encrypted FROM hub_identity';

export class SqlHubIdentityStore implements HubIdentityStore {
  constructor(private readonly tx: TransactionContext) {}

  async find(): Promise<StoredHubIdentity | undefined> {
    const [row] = await this.tx.run(systemScope('hub-identity'), () => this.tx.query<Row>(SELECT));
    return row === undefined ? undefined : toIdentity(row);
  }

  async createOnce(identity: StoredHubIdentity): Promise<StoredHubIdentity> {
    return this.tx.run(systemScope('hub-identity'), async () => {
      await this.tx.execute('INSERT INTO hub_identity (hub_id, epoch, ca_certificate, ca_key_encrypted) VALUES ($1, $2, $3, $4) ON CONFLICT (singleton) DO NOTHING', [
        identity.hub,
        identity.epoch.toString(),
        Buffer.from(identity.caCertificate),
        Buffer.from(identity.caKeyEncrypted),
      ]);
      const [row] = await this.tx.query<Row>(SELECT);
      if (row === undefined) throw new Error('hub_identity has no row after its insert');
      return toIdentity(row);
    });
  }
}

function toIdentity(row: Row): StoredHubIdentity {
  return { hub: hubId(row.hub_id), epoch: BigInt(row.epoch), caCertificate: row.ca_certificate, caKeyEncrypted: row.ca_key_encrypted };
}
