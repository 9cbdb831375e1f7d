import { err, ok, type Result } from '#kernel';
import { projectId, validatorId, type ProjectId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { TransactionContext } from '../../platform/database/index.js';
import type { DuplicateValidator } from './validator.errors.js';
import type { Validator } from './validator.js';

interface Row {
  readonly project_id: string;
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly key_encrypted: Buffer;
  readonly version: number;
}

/** How long the key before signs beside the new one: so long has whoever verifies to take the new one over. */
const EARLIER_KEY = `interval '24 hours'`;

/** The write side of validators. Everything runs inside an open transaction. */
@Injectable()
export class ValidatorStore {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async add({ project, id, name, url, sealedKey }: Validator): Promise<Result<void, DuplicateValidator>> {
    const added = await this.tx.execute('INSERT INTO validators (project_id, id, name, url, key_encrypted) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (project_id, name) DO NOTHING', [project, id, name, url, Buffer.from(sealedKey)]);
    return added === 1 ? ok(undefined) : err({ code: 'DUPLICATE_VALIDATOR', name });
  }

  /** Locks the row until the end of the transaction. */
  async lockByName(project: ProjectId, name: string): Promise<Validator | undefined> {
    const [row] = await this.tx.query<Row>('SELECT project_id, id, name, url, key_encrypted, version FROM validators WHERE project_id = $1 AND name = $2 FOR UPDATE', [project, name]);
    return row && { project: projectId(row.project_id), id: validatorId(row.id), name: row.name, url: row.url, sealedKey: row.key_encrypted, version: row.version };
  }

  /** Of the locked row: another address. The version rises. */
  async moveTo({ project, id }: Validator, url: string): Promise<void> {
    await this.tx.execute('UPDATE validators SET url = $3, version = version + 1 WHERE project_id = $1 AND id = $2', [project, id, url]);
  }

  /** Of the locked row: another key; the one before signs on beside it for a day. */
  async replaceKey({ project, id }: Validator, sealedKey: Uint8Array): Promise<void> {
    await this.tx.execute(
      `UPDATE validators SET earlier_key_encrypted = key_encrypted, earlier_key_until = now() + ${EARLIER_KEY}, key_encrypted = $3, key_changed_at = now(), version = version + 1 WHERE project_id = $1 AND id = $2`,
      [project, id, Buffer.from(sealedKey)],
    );
  }

  async remove({ project, id }: Validator): Promise<void> {
    await this.tx.execute('DELETE FROM validators WHERE project_id = $1 AND id = $2', [project, id]);
  }
}
