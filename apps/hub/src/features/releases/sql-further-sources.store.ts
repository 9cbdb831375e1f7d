import { applicationId, applicationRevisionId, NOBODY, UNKNOWN_PEOPLE, type ApplicationSpec, type CommitPeople, type RepositoryId } from '#domain';
import { CHANNELS, type TransactionContext } from '../../platform/database/index.js';
import type { FollowedSource, FoundAt, FurtherSourcesStore } from './further-sources.store.js';
import type { EvaluationProblem } from './evaluation-problem.js';

interface Row {
  readonly application_id: string;
  readonly name: string;
  readonly revision_id: string;
  readonly spec: ApplicationSpec;
  readonly commit: string | null;
  readonly digest: string | null;
  readonly people: CommitPeople | null;
}

/** Follows the change of sources: their applications wait for an evaluation, and whoever looks at their own repositories is told. */
const TELL = `
  told AS (UPDATE applications a SET sources_version = sources_version + 1 FROM (SELECT DISTINCT application_id FROM changed) c WHERE a.id = c.application_id RETURNING a.repository_id)
  SELECT repository_id, (SELECT count(*)::int FROM changed) AS changed FROM told`;

const SELECT = `
  SELECT s.application_id, s.name, v.id AS revision_id, v.spec, s.commit, s.digest, s.people FROM application_sources s
  JOIN applications a ON a.id = s.application_id AND a.state = 'ACTIVE' JOIN application_revisions v ON v.id = a.current_revision_id
  WHERE s.repository_id = $1 AND s.ref = $2 ORDER BY s.application_id, s.name`;

export class SqlFurtherSourcesStore implements FurtherSourcesStore {
  constructor(private readonly tx: TransactionContext) {}

  async followers(repository: RepositoryId, ref: string): Promise<readonly FollowedSource[]> {
    const rows = await this.tx.query<Row>(SELECT, [repository, ref]);
    return rows.map((row) => ({
      application: applicationId(row.application_id), name: row.name, revision: { id: applicationRevisionId(row.revision_id), spec: row.spec },
      commit: row.commit ?? undefined, digest: row.digest ?? undefined, people: row.people ?? (row.commit === null ? NOBODY : UNKNOWN_PEOPLE),
    }));
  }

  async noteFound({ application, name, revision }: FollowedSource, { commit, fullRef, location, digest, people }: FoundAt): Promise<void> {
    await this.#write(
      `UPDATE application_sources s SET revision_id = $3, commit = $4, full_ref = $5, location = $6, digest = $7, people = $8::jsonb, reason = NULL, message = NULL FROM applications a
       WHERE s.application_id = $1 AND s.name = $2 AND a.id = s.application_id AND a.current_revision_id = $3
         AND (s.revision_id, s.commit, s.full_ref, s.location, s.digest, s.reason) IS DISTINCT FROM ($3, $4, $5, $6, $7, NULL) RETURNING s.application_id`,
      [application, name, revision.id, commit, fullRef, location ?? null, digest, JSON.stringify(people)],
    );
  }

  async noteProblem({ application, name, revision }: FollowedSource, { reason, message }: EvaluationProblem, judged: boolean): Promise<void> {
    await this.#write(
      `UPDATE application_sources s SET revision_id = CASE WHEN $6 THEN $3 ELSE s.revision_id END, reason = $4, message = $5 FROM applications a
       WHERE s.application_id = $1 AND s.name = $2 AND a.id = s.application_id AND a.current_revision_id = $3 AND (s.reason, s.message) IS DISTINCT FROM ($4, $5) RETURNING s.application_id`,
      [application, name, revision.id, reason, message, judged],
    );
  }

  async noteRefProblem(repository: RepositoryId, ref: string | undefined, { reason, message }: EvaluationProblem): Promise<number> {
    return this.#write(
      `UPDATE application_sources s SET reason = $3, message = $4
       WHERE s.repository_id = $1 AND ($2::text IS NULL OR s.ref = $2) AND (s.reason, s.message) IS DISTINCT FROM ($3, $4)
         AND ($3 = 'HISTORY_REWRITTEN' OR NOT EXISTS (SELECT 1 FROM repository_refs k WHERE k.repository_id = $1 AND k.ref = s.ref AND k.rewrite IS NOT NULL)) RETURNING s.application_id`,
      [repository, ref ?? null, reason, message],
    );
  }

  async #write(update: string, values: readonly unknown[]): Promise<number> {
    const told = await this.tx.query<{ repository_id: string; changed: number }>(`WITH changed AS (${update}), ${TELL}`, values);
    for (const { repository_id: id } of told) this.tx.notify(CHANNELS.repositoryHint, id);
    return told[0]?.changed ?? 0;
  }
}
