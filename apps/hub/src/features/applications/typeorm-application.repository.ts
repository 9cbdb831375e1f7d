import { canonicalJson, digestOf, err, ok, type Result } from '#kernel';
import {
  applicationId, applicationRevisionId, principalId, projectId, repositoryId, type ApplicationId, type ApplicationSpec, type ProjectId, type RemovalMode, type RepositoryType,
} from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { Column, Entity, Not, PrimaryColumn } from 'typeorm';
import { TransactionContext } from '../../platform/database/index.js';
import { APPLICATION_STATES, type Application, type ApplicationRevision } from './application.js';
import type { DuplicateApplication, StaleApplication } from './application.errors.js';
import type { ApplicationRepository, FoundRepository, FoundSource } from './application.repository.js';
import { specJson } from './spec-json.js';

/** The columns that people decide; those of evaluation and planning belong to their features. */
@Entity({ name: 'applications' })
export class ApplicationEntity {
  @PrimaryColumn('uuid', { name: 'project_id' }) projectId!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column('text') name!: string;
  @Column('uuid', { name: 'repository_id' }) repositoryId!: string;
  @Column('text') state!: string;
  @Column('text', { name: 'deletion_mode', nullable: true }) deletionMode!: RemovalMode | null;
  @Column('uuid', { name: 'current_revision_id' }) currentRevisionId!: string;
  @Column('integer') version!: number;
}

@Entity({ name: 'application_revisions' })
export class ApplicationRevisionEntity {
  @PrimaryColumn('uuid', { name: 'project_id' }) projectId!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'application_id' }) applicationId!: string;
  @Column('integer') number!: number;
  @Column('jsonb') spec!: ApplicationSpec;
  @Column('text') digest!: string;
  @Column('uuid', { name: 'created_by' }) createdBy!: string;
}

/** The applications that gates of one side of the stages name, as an array of JSON; specifications are large, and this is all of one that is wanted. */
const GATES_FOR = (side: 'before' | 'after'): string => `jsonb_path_query_array(v.spec, '$.strategy.stages[*].${side}[*] ? (@.kind == "ROLLOUT").application')`;

@Injectable()
export class TypeormApplicationRepository implements ApplicationRepository {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async repositoryOf(project: ProjectId, name: string): Promise<FoundRepository | undefined> {
    // Locked against a removal that is under way: it renames the row, which is then not found.
    const [row] = await this.tx.query<{ id: string; type: RepositoryType }>('SELECT id, type FROM repositories WHERE project_id = $1 AND name = $2 FOR KEY SHARE', [project, name]);
    return row && { id: repositoryId(row.id), type: row.type };
  }

  async lockDependencies(project: ProjectId, except: string): Promise<ReadonlyMap<string, readonly string[]>> {
    await this.tx.query('SELECT 1 FROM projects WHERE id = $1 FOR NO KEY UPDATE', [project]);
    const rows = await this.tx.query<{ name: string; needs: readonly string[] }>(
      `SELECT a.name, coalesce(v.spec -> 'dependsOn', '[]') || ${GATES_FOR('before')} || ${GATES_FOR('after')} AS needs FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id
       WHERE a.project_id = $1 AND a.state <> 'DELETED' AND a.name <> $2`,
      [project, except],
    );
    return new Map(rows.map(({ name, needs }) => [name, [...new Set(needs)]]));
  }

  async lockPromotions(project: ProjectId, except: string): Promise<ReadonlyMap<string, readonly string[]>> {
    await this.tx.query('SELECT 1 FROM projects WHERE id = $1 FOR NO KEY UPDATE', [project]);
    const rows = await this.tx.query<{ name: string; promotes: string }>(
      `SELECT a.name, v.spec -> 'promoteFrom' ->> 'application' AS promotes FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id
       WHERE a.project_id = $1 AND a.state <> 'DELETED' AND a.name <> $2 AND v.spec ? 'promoteFrom'`,
      [project, except],
    );
    return new Map(rows.map(({ name, promotes }) => [name, [promotes]]));
  }

  async replaceSources(project: ProjectId, id: ApplicationId, sources: readonly FoundSource[]): Promise<void> {
    await this.tx.execute('DELETE FROM application_sources WHERE application_id = $1 AND NOT name = ANY($2::text[])', [id, sources.map(({ name }) => name)]);
    await this.tx.execute(
      `INSERT INTO application_sources AS known (project_id, application_id, name, repository_id, ref) SELECT $1, $2, s.* FROM unnest($3::text[], $4::uuid[], $5::text[]) AS s (name, repository_id, ref)
       ON CONFLICT (application_id, name) DO UPDATE SET repository_id = excluded.repository_id, ref = excluded.ref, revision_id = NULL, commit = NULL, full_ref = NULL, location = NULL, digest = NULL, reason = NULL, message = NULL
       WHERE (known.repository_id, known.ref) IS DISTINCT FROM (excluded.repository_id, excluded.ref)`,
      [project, id, sources.map(({ name }) => name), sources.map(({ repository }) => repository), sources.map(({ ref }) => ref)],
    );
  }

  async add(application: Application): Promise<Result<Application, DuplicateApplication>> {
    const { project, id, name, repository, state, revision, version } = application;
    const inserted = await this.tx.execute(
      `INSERT INTO applications (project_id, id, name, repository_id, state, current_revision_id, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (project_id, name) WHERE state <> 'DELETED' DO NOTHING`,
      [project, id, name, repository, state, revision.id, version],
    );
    if (inserted === 0) return err({ code: 'DUPLICATE_APPLICATION', name });
    await this.#addRevision(application);
    return ok(application);
  }

  async lockByName(project: ProjectId, name: string): Promise<Application | undefined> {
    // NO KEY UPDATE: rows that refer to the application may still come.
    const row = await this.tx.manager.findOne(ApplicationEntity, { where: { projectId: project, name, state: Not('DELETED') }, lock: { mode: 'for_no_key_update' } });
    if (row === null) return undefined;
    const revision = await this.tx.manager.findOneByOrFail(ApplicationRevisionEntity, { projectId: project, id: row.currentRevisionId });
    return toApplication(row, revision);
  }

  async save(application: Application): Promise<Result<Application, StaleApplication>> {
    const { project, id, repository, state, deletionMode, revision, version } = application;
    const isKnown = await this.tx.manager.existsBy(ApplicationRevisionEntity, { projectId: project, id: revision.id });
    const { affected } = await this.tx.manager.update(ApplicationEntity, { projectId: project, id, version }, {
      repositoryId: repository, state, deletionMode: deletionMode ?? null, currentRevisionId: revision.id, version: version + 1,
    });
    if (affected !== 1) return err({ code: 'STALE_VERSION', version });
    if (!isKnown) await this.#addRevision(application);
    return ok({ ...application, version: version + 1 });
  }

  async #addRevision({ project, id, revision }: Application): Promise<void> {
    const text = canonicalJson(specJson(revision.spec));
    await this.tx.execute('INSERT INTO application_revisions (project_id, id, application_id, number, spec, digest, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      project, revision.id, id, revision.number, text, digestOf(text), revision.createdBy,
    ]);
  }
}

function toApplication(row: ApplicationEntity, revision: ApplicationRevisionEntity): Application {
  const state = APPLICATION_STATES.find((known) => known === row.state);
  if (state === undefined) throw new Error(`application ${row.id} has an unknown state`);
  return {
    project: projectId(row.projectId), id: applicationId(row.id), name: row.name, repository: repositoryId(row.repositoryId), state,
    deletionMode: row.deletionMode ?? undefined, revision: toRevision(revision), version: row.version,
  };
}

function toRevision(row: ApplicationRevisionEntity): ApplicationRevision {
  return { id: applicationRevisionId(row.id), number: row.number, spec: row.spec, createdBy: principalId(row.createdBy) };
}
