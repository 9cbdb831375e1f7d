import { applicationId, type ReasonCode, type RepositoryId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { ResolvedRef, SourcesWanted, WantedEvaluation } from './sources-wanted.js';

const SCOPE = systemScope('release-evaluation');
/** Problems of a commit that was judged: only another commit or another revision makes a difference. */
const FINAL: readonly ReasonCode[] = ['PATH_NOT_FOUND', 'PATH_REFUSED'];

export class SqlSourcesWanted implements SourcesWanted {
  constructor(private readonly tx: TransactionContext) {}

  async refsOf(repository: RepositoryId): Promise<readonly string[]> {
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<{ ref: string }>(
        `SELECT DISTINCT v.spec -> 'source' ->> 'ref' AS ref FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id
         WHERE a.repository_id = $1 AND a.state = 'ACTIVE'
         UNION SELECT s.ref FROM application_sources s JOIN applications a ON a.id = s.application_id WHERE s.repository_id = $1 AND a.state = 'ACTIVE' ORDER BY 1`,
        [repository],
      ),
    );
    return rows.map((row) => row.ref);
  }

  async needingEvaluation(repository: RepositoryId, resolved: readonly ResolvedRef[]): Promise<readonly WantedEvaluation[]> {
    const rows = await this.tx.run(SCOPE, () =>
      this.tx.query<{ ref: string; ids: string[] }>(
        `WITH r AS (SELECT * FROM unnest($2::text[], $3::text[]) AS r (ref, commit)), w AS (
           SELECT r.ref, a.id FROM r JOIN application_revisions v ON v.spec -> 'source' ->> 'ref' = r.ref JOIN applications a ON a.current_revision_id = v.id
           WHERE a.repository_id = $1 AND a.state = 'ACTIVE'
             AND (a.evaluated_commit IS DISTINCT FROM r.commit OR a.evaluated_revision_id IS DISTINCT FROM a.current_revision_id OR a.sources_version <> a.evaluated_sources_version
               OR (a.reason IS NOT NULL AND NOT a.reason = ANY($4::text[])))
           UNION SELECT r.ref, a.id FROM r JOIN application_sources s ON s.repository_id = $1 AND s.ref = r.ref JOIN applications a ON a.id = s.application_id
           WHERE a.state = 'ACTIVE' AND (s.commit IS DISTINCT FROM r.commit OR s.revision_id IS DISTINCT FROM a.current_revision_id OR (s.reason IS NOT NULL AND NOT s.reason = ANY($4::text[]))))
         SELECT ref, array_agg(id::text ORDER BY id) AS ids FROM w GROUP BY ref ORDER BY ref`,
        [repository, resolved.map((one) => one.ref), resolved.map((one) => one.commit), FINAL],
      ),
    );
    return rows.map((row) => ({ ref: row.ref, applications: row.ids.map(applicationId) }));
  }
}
