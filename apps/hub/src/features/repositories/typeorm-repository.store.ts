import { err, ok, parseDigest, type Result } from '#kernel';
import { projectId, repositoryId, type ProjectId, type RepositoryId, type RepositoryType } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { Column, Entity, IsNull, PrimaryColumn } from 'typeorm';
import { TransactionContext } from '../../platform/database/index.js';
import type { Repository, SealedCredentials } from './repository.js';
import type { DuplicateRepository, StaleRepository } from './repository.errors.js';
import type { RepositoryStore } from './repository.store.js';

/** The columns that people decide; those of polling belong to the source watcher. */
@Entity({ name: 'repositories' })
export class RepositoryEntity {
  @PrimaryColumn('uuid', { name: 'project_id' }) projectId!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column('text') name!: string;
  @Column('text') type!: RepositoryType;
  @Column('text') url!: string;
  @Column('integer', { name: 'poll_ms' }) pollMs!: number;
  @Column('bytea', { name: 'credentials_encrypted', nullable: true }) credentialsEncrypted!: Buffer | null;
  @Column('text', { name: 'credentials_digest', nullable: true }) credentialsDigest!: string | null;
  @Column('bytea', { name: 'write_credentials_encrypted', nullable: true }) writeCredentialsEncrypted!: Buffer | null;
  @Column('text', { name: 'write_credentials_digest', nullable: true }) writeCredentialsDigest!: string | null;
  @Column('bytea', { name: 'webhook_secret_encrypted', nullable: true }) webhookSecretEncrypted!: Buffer | null;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt!: Date | null;
}

@Injectable()
export class TypeormRepositoryStore implements RepositoryStore {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async add(repository: Repository): Promise<Result<Repository, DuplicateRepository>> {
    const { project, id, name, type, url, pollMs, credentials, writeCredentials, webhookSecret, version } = repository;
    const inserted = await this.tx.execute(
      `INSERT INTO repositories (project_id, id, name, url, poll_ms, credentials_encrypted, credentials_digest, webhook_secret_encrypted, version, type, write_credentials_encrypted, write_credentials_digest)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (project_id, name) DO NOTHING`,
      [project, id, name, url, pollMs, bytesOf(credentials?.sealed), credentials?.digest ?? null, bytesOf(webhookSecret), version, type, bytesOf(writeCredentials?.sealed), writeCredentials?.digest ?? null],
    );
    return inserted === 1 ? ok(repository) : err({ code: 'DUPLICATE_REPOSITORY', name });
  }

  async lockByName(project: ProjectId, name: string): Promise<Repository | undefined> {
    const row = await this.tx.manager.findOne(RepositoryEntity, { where: { projectId: project, name, deletedAt: IsNull() }, lock: { mode: 'pessimistic_write' } });
    return row === null ? undefined : toRepository(row);
  }

  async save(repository: Repository): Promise<Result<Repository, StaleRepository>> {
    const { project, id, url, pollMs, credentials, writeCredentials, webhookSecret, version } = repository;
    const { affected } = await this.tx.manager.update(RepositoryEntity, { projectId: project, id, version, deletedAt: IsNull() }, {
      url, pollMs, credentialsEncrypted: bytesOf(credentials?.sealed), credentialsDigest: credentials?.digest ?? null,
      writeCredentialsEncrypted: bytesOf(writeCredentials?.sealed), writeCredentialsDigest: writeCredentials?.digest ?? null, webhookSecretEncrypted: bytesOf(webhookSecret), version: version + 1,
    });
    return affected === 1 ? ok({ ...repository, version: version + 1 }) : err({ code: 'STALE_VERSION', version });
  }

  async applicationsUsing(id: RepositoryId): Promise<readonly string[]> {
    const rows = await this.tx.query<{ name: string }>(`SELECT name FROM applications a WHERE state <> 'DELETED' AND (repository_id = $1 OR EXISTS (SELECT 1 FROM application_sources s WHERE s.application_id = a.id AND s.repository_id = $1)) ORDER BY name`, [id]);
    return rows.map((row) => row.name);
  }

  async remove({ project, id }: Repository): Promise<void> {
    await this.tx.execute('DELETE FROM repository_refs WHERE project_id = $1 AND repository_id = $2', [project, id]);
    // A tilde is in no name: the old one is free, and no query by name finds this row.
    await this.tx.execute(
      `UPDATE repositories SET deleted_at = now(), name = name || '~' || id, credentials_encrypted = NULL, credentials_digest = NULL, write_credentials_encrypted = NULL, write_credentials_digest = NULL, webhook_secret_encrypted = NULL, version = version + 1
       WHERE project_id = $1 AND id = $2`,
      [project, id],
    );
  }
}

function toRepository(row: RepositoryEntity): Repository {
  return {
    project: projectId(row.projectId), id: repositoryId(row.id), name: row.name, type: row.type, url: row.url, pollMs: row.pollMs, credentials: toCredentials(row.id, row.credentialsEncrypted, row.credentialsDigest),
    writeCredentials: toCredentials(row.id, row.writeCredentialsEncrypted, row.writeCredentialsDigest), webhookSecret: row.webhookSecretEncrypted ?? undefined, version: row.version,
  };
}

function toCredentials(id: string, sealed: Buffer | null, written: string | null): SealedCredentials | undefined {
  if (sealed === null) return undefined;
  const digest = parseDigest(written ?? '');
  if (digest === undefined) throw new Error(`repository ${id} has credentials without a digest`);
  return { sealed, digest };
}

function bytesOf(value: Uint8Array | undefined): Buffer | null {
  return value === undefined ? null : Buffer.from(value);
}
