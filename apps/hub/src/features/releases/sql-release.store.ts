import { parseDigest } from '#kernel';
import { applicationId, applicationRevisionId, isReasonCode, projectId, releaseId, repositoryId, NOBODY, UNKNOWN_PEOPLE, type ApplicationId, type ApplicationSpec, type CommitPeople, type RepositoryId } from '#domain';
import { CHANNELS, type TransactionContext } from '../../platform/database/index.js';
import type { SourceState } from './further-sources.store.js';
import type { EvaluationProblem } from './evaluation-problem.js';
import type { EvaluatedApplication, NewRelease, NewestRelease, ReleaseStore } from './release.store.js';

interface Row {
  readonly project_id: string;
  readonly id: string;
  readonly revision_id: string;
  readonly spec: ApplicationSpec;
  readonly last_commit: string | null;
  readonly settled_commit: string | null;
  readonly release_id: string | null;
  readonly release_number: number;
  readonly release_repository: string;
  readonly source_digest: string;
  readonly release_spec: ApplicationSpec;
  readonly sources_version: number;
  readonly sources: readonly SourceRow[];
}

interface SourceRow {
  readonly name: string;
  readonly repository: string;
  readonly ref: string;
  readonly commit: string | null;
  readonly fullRef: string | null;
  readonly location: string | null;
  readonly digest: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly isCurrent: boolean | null;
  readonly people: CommitPeople | null;
}

/** What was judged counts as the past only of the same repository and ref: whoever changes the ref means another history. */
const SELECT = `
  SELECT a.project_id, a.id, v.id AS revision_id, v.spec,
    CASE WHEN e.spec -> 'source' ->> 'ref' = v.spec -> 'source' ->> 'ref' AND e.spec -> 'source' ->> 'repository' = v.spec -> 'source' ->> 'repository' THEN a.evaluated_commit END AS last_commit, coalesce(a.settled_commit, r.commit) AS settled_commit,
    r.id AS release_id, r.number AS release_number, r.repository_id AS release_repository, r.source_digest, r.spec AS release_spec, a.sources_version,
    coalesce((SELECT json_agg(json_build_object('name', s.name, 'repository', s.repository_id, 'ref', s.ref, 'commit', s.commit, 'fullRef', s.full_ref, 'location', s.location, 'digest', s.digest,
      'reason', s.reason, 'message', s.message, 'isCurrent', s.revision_id = a.current_revision_id, 'people', s.people) ORDER BY s.name) FROM application_sources s WHERE s.application_id = a.id), '[]') AS sources
  FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id
  LEFT JOIN application_revisions e ON e.id = a.evaluated_revision_id
  LEFT JOIN LATERAL (SELECT r.*, w.spec FROM releases r JOIN application_revisions w ON w.id = r.revision_id WHERE r.application_id = a.id ORDER BY r.number DESC LIMIT 1) r ON true`;

export class SqlReleaseStore implements ReleaseStore {
  constructor(private readonly tx: TransactionContext) {}

  async applicationsOf(repository: RepositoryId, ref: string): Promise<readonly EvaluatedApplication[]> {
    const rows = await this.tx.query<Row>(`${SELECT} WHERE a.repository_id = $1 AND a.state = 'ACTIVE' AND v.spec -> 'source' ->> 'ref' = $2 ORDER BY a.id`, [repository, ref]);
    return rows.map(toApplication);
  }

  async lock(application: EvaluatedApplication): Promise<EvaluatedApplication | undefined> {
    // Locked first, read after: what the locked row says now, and the releases that were made before it could be locked.
    await this.tx.query('SELECT 1 FROM applications WHERE id = $1 FOR NO KEY UPDATE', [application.id]);
    const [row] = await this.tx.query<Row>(`${SELECT} WHERE a.id = $1 AND a.state = 'ACTIVE' AND a.current_revision_id = $2`, [application.id, application.revision.id]);
    return row && toApplication(row);
  }

  async add(release: NewRelease): Promise<void> {
    const { project, id, application, number, revision, repository, commit, ref, fullRef, location, sourceDigest, fellBack, author, subject, committedAt, people } = release;
    await this.tx.execute(
      `INSERT INTO releases (project_id, id, application_id, number, revision_id, repository_id, commit, ref, source_digest, release_key, fell_back, author, subject, committed_at, full_ref, location, people, trace)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::jsonb, $18)`,
      [project, id, application, number, revision, repository, commit, ref, sourceDigest, release.releaseKey, fellBack, author, subject, committedAt, fullRef, location ?? null, people === undefined ? null : JSON.stringify(people), release.trace],
    );
    if (release.sources.length > 0) await this.tx.execute('UPDATE application_sources SET people = $2::jsonb WHERE application_id = $1', [application, JSON.stringify(NOBODY)]);
    for (const source of release.sources) {
      await this.tx.execute('INSERT INTO release_sources (project_id, release_id, name, repository_id, commit, ref, full_ref, location) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
        project, id, source.name, source.repository, source.commit, source.ref, source.fullRef, source.location ?? null,
      ]);
    }
  }

  async noteEvaluated(applications: readonly EvaluatedApplication[], commit: string): Promise<void> {
    await this.tx.execute(
      `UPDATE applications a SET evaluated_commit = $3, settled_commit = $3, evaluated_revision_id = a.current_revision_id, evaluated_sources_version = e.sources_version, reason = NULL, message = NULL, held_commit = NULL
       FROM unnest($1::uuid[], $2::uuid[], $4::int[]) AS e (id, revision_id, sources_version) WHERE a.id = e.id AND a.current_revision_id = e.revision_id AND a.state = 'ACTIVE'`,
      [applications.map((one) => one.id), applications.map((one) => one.revision.id), commit, applications.map((one) => one.sourcesVersion)],
    );
  }

  async noteProblem({ id }: EvaluatedApplication, { reason, message }: EvaluationProblem, judged: string | undefined): Promise<void> {
    await this.tx.execute(
      `UPDATE applications SET reason = $2, message = $3, held_commit = NULL, evaluated_commit = coalesce($4, evaluated_commit), evaluated_revision_id = CASE WHEN $4::text IS NULL THEN evaluated_revision_id ELSE current_revision_id END
       WHERE id = $1`,
      [id, reason, message, judged ?? null],
    );
    this.tx.notify(CHANNELS.applicationChanged, id);
  }

  async hold(repository: RepositoryId, ref: string, { reason, message }: EvaluationProblem, commit: string | undefined): Promise<readonly ApplicationId[]> {
    const rows = await this.tx.query<{ id: string }>(
      `WITH held AS (
         UPDATE applications a SET reason = $3, message = $4, held_commit = $5 FROM application_revisions v
         WHERE v.id = a.current_revision_id AND a.repository_id = $1 AND a.state = 'ACTIVE' AND v.spec -> 'source' ->> 'ref' = $2 AND (a.reason, a.message, a.held_commit) IS DISTINCT FROM ($3, $4, $5)
         RETURNING a.id)
       SELECT id FROM held ORDER BY id`,
      [repository, ref, reason, message, commit ?? null],
    );
    for (const { id } of rows) this.tx.notify(CHANNELS.applicationChanged, id);
    return rows.map(({ id }) => applicationId(id));
  }

  async noteSourceProblem(repository: RepositoryId, ref: string | undefined, { reason, message }: EvaluationProblem): Promise<void> {
    // What is held outlives a failure: it must not be lost from sight meanwhile.
    await this.tx.execute(
      `UPDATE applications a SET reason = $3, message = $4, held_commit = NULL FROM application_revisions v
       WHERE v.id = a.current_revision_id AND a.repository_id = $1 AND a.state = 'ACTIVE' AND ($2::text IS NULL OR v.spec -> 'source' ->> 'ref' = $2)
         AND (a.reason, a.message) IS DISTINCT FROM ($3, $4)
         AND NOT EXISTS (SELECT 1 FROM repository_refs k WHERE k.repository_id = $1 AND k.ref = v.spec -> 'source' ->> 'ref' AND k.rewrite IS NOT NULL)`,
      [repository, ref ?? null, reason, message],
    );
  }
}

function toApplication(row: Row): EvaluatedApplication {
  return {
    project: projectId(row.project_id), id: applicationId(row.id), revision: { id: applicationRevisionId(row.revision_id), spec: row.spec },
    lastCommit: row.last_commit ?? undefined, settledCommit: row.settled_commit ?? undefined, newest: row.release_id === null ? undefined : newestOf(row, row.release_id), sources: row.sources.map(toSourceState), sourcesVersion: row.sources_version,
  };
}

function toSourceState({ name, repository, ref, commit, fullRef, location, digest: text, reason, message, isCurrent, people }: SourceRow): SourceState {
  if (reason !== null && isReasonCode(reason)) return { kind: 'PROBLEM', name, problem: { reason, message: message ?? '' } };
  const digest = parseDigest(text ?? '');
  if (isCurrent !== true || commit === null || fullRef === null || digest === undefined) return { kind: 'WAITING', name };
  return { kind: 'FOUND', pinned: { name, repository: repositoryId(repository), ref, commit, fullRef, location: location ?? undefined, digest }, people: people ?? UNKNOWN_PEOPLE };
}

function newestOf(row: Row, id: string): NewestRelease {
  const sourceDigest = parseDigest(row.source_digest);
  if (sourceDigest === undefined) throw new Error(`release ${id} holds no digest`);
  return { id: releaseId(id), number: row.release_number, repository: repositoryId(row.release_repository), sourceDigest, spec: row.release_spec };
}
