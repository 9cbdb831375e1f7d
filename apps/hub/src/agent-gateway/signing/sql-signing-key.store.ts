import type { HubId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { KnownSigningKey, SigningKeyStore } from './signing-keys.js';

interface Row {
  readonly key_id: string;
  readonly public_key: Buffer;
  readonly introduction: Buffer | null;
}

export class SqlSigningKeyStore implements SigningKeyStore {
  constructor(
    private readonly tx: TransactionContext,
    private readonly hub: HubId,
  ) {}

  async active(): Promise<readonly KnownSigningKey[]> {
    const rows = await this.tx.run(systemScope('signing'), () =>
      this.tx.query<Row>('SELECT key_id, public_key, introduction FROM signing_keys WHERE retired_at IS NULL ORDER BY created_at, key_id LIMIT 16'),
    );
    return rows.map((row) => ({ keyId: row.key_id, publicKey: row.public_key, hub: this.hub, introduction: row.introduction ?? undefined }));
  }

  async add(key: KnownSigningKey): Promise<void> {
    await this.tx.run(systemScope('signing'), () =>
      this.tx.execute('INSERT INTO signing_keys (key_id, public_key, introduction) VALUES ($1, $2, $3) ON CONFLICT (key_id) DO NOTHING', [
        key.keyId,
        Buffer.from(key.publicKey),
        key.introduction === undefined ? null : Buffer.from(key.introduction),
      ]),
    );
  }
}
